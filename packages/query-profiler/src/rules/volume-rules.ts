import { numberOf } from './plan-values.js'
import { isGather, type PlanWalk, type Visit } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import { isTableScan } from './scan-facts.js'
import { count, megabytes, rowCount, spent, tableName } from './wording.js'

const countedRows = 100_000

export const countOfBigTable: Rule = {
  number: 22,
  id: 'count-of-big-table',
  title: 'All rows of a big table are counted',
  trigger: 'A plain `Aggregate` of `count(` over a scan without condition of over 100,000 rows',
  remedy:
    'pg_class.reltuples as an estimate, a counter that is kept, EXISTS, or a count that stops at LIMIT n + 1',
  needsAnalyze: true,
  check: walk =>
    walk.visits.flatMap(visit => {
      if (visit.type !== 'Aggregate' || visit.node.Strategy !== 'Plain') return []
      let scan = visit.children[0]
      while (scan && (isGather(scan) || (scan.type === 'Aggregate' && scan.node.Strategy === 'Plain')))
        scan = scan.children[0]
      if (
        !scan ||
        !isTableScan(scan) ||
        scan.node.Filter ||
        scan.node['Index Cond'] ||
        scan.node['Recheck Cond']
      )
        return []
      if (visit.parent?.type === 'Gather' || !/\bcount\s*\(/i.test(walk.sql) || scan.rows <= countedRows)
        return []
      return [
        {
          nodes: [scan, visit],
          severity: 'info' as const,
          message: `${rowCount(scan.rows)} of ${tableName(scan)} were read to be counted, ${spent(walk, visit.total)}.`,
          advice: `Where about right will do, read reltuples of ${tableName(scan)} in pg_class; else keep a counter, ask whether one EXISTS, or count no further than LIMIT n + 1.`,
          share: visit.totalShare,
        },
      ]
    }),
}

const manyRows = { info: 10_000, warning: 100_000 }
const wide = { bytes: 1024, rows: 1000 }

export const overFetch: Rule = {
  number: 34,
  id: 'over-fetch',
  title: 'A statement gives more than a request can use',
  trigger: 'Over 10,000 rows; or over 1,000 rows of over 1 kB each by `SELECT *`',
  remedy: 'LIMIT with keyset pagination, only the columns that are needed, or a stream',
  needsAnalyze: false,
  isGeneral: true,
  check: overFetchHit,
}

function overFetchHit(walk: PlanWalk): NodeHit[] {
  const { root, sql } = walk
  const width = numberOf(root.node, 'Plan Width')
  const isWide =
    width > wide.bytes && root.rows > wide.rows && /\bselect\s+(distinct\s+)?(\w+\.)?\*/i.test(sql)
  if ((root.rows <= manyRows.info && !isWide) || root.type === 'ModifyTable') return []
  return [
    {
      nodes: [root],
      severity: root.rows > manyRows.warning ? 'warning' : 'info',
      message: `${rowCount(root.rows)} of about ${count(width)} bytes are given, ${megabytes(root.rows * width)} in all.`,
      advice: isWide
        ? 'Name the columns that are needed instead of *, and limit the rows.'
        : 'Limit the rows (keyset pagination), select only the columns that are needed, or read them as a stream by a cursor.',
      share: root.selfShare,
    },
  ]
}

const mostPartitions = 8

export const unprunedPartitions: Rule = {
  number: 30,
  id: 'unpruned-partitions',
  title: 'A condition is tried on every partition',
  trigger:
    '`Append` over more than 8 partitions with a condition, none removed; where it was run, at least half of them gave no row',
  remedy: 'A condition on the partition key, with a parameter of its very type',
  needsAnalyze: false,
  check: walk => walk.visits.flatMap(visit => partitionHit(walk, visit)),
}

function partitionHit(walk: PlanWalk, append: Visit): NodeHit[] {
  if (append.type !== 'Append' && append.type !== 'Merge Append') return []
  if (numberOf(append.node, 'Subplans Removed') > 0 || append.loops === 0) return []
  const scans = append.children.filter(isPartitionScan)
  if (scans.length <= mostPartitions || !scans.every(each => conditionOf(each))) return []
  const empty = scans.filter(each => each.rows === 0).length
  if (walk.analyzed && empty < scans.length / 2) return []
  const first = scans[0] as Visit
  const stem = String(first.node.Alias).replace(/_\d+$/, '')
  return [
    {
      nodes: [append, ...scans],
      severity: append.totalShare > 0.4 ? 'warning' : 'info',
      message: `${scans.length} partitions of ${stem} are searched${walk.analyzed ? `, ${count(empty)} of them for no row` : ''}.`,
      advice: `Add a condition on the partition key of ${stem}, with a parameter of the key’s own type (a cast or function of the key keeps all partitions).`,
      share: append.totalShare,
    },
  ]
}

/** Partitions are named after their table: 't_1', 't_2'; the branches of a UNION are not. */
function isPartitionScan(visit: Visit): boolean {
  return isTableScan(visit) && /_\d+$/.test(String(visit.node.Alias ?? ''))
}

function conditionOf({ node }: Visit): unknown {
  return node.Filter ?? node['Index Cond'] ?? node['Recheck Cond']
}
