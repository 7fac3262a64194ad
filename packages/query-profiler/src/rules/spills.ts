import { numberOf, sumOf, textOf, withWorkers } from './plan-values.js'
import { type PlanWalk, subtree, type Visit } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import { isTableScan } from './scan-facts.js'
import { sortColumns, sortKeyOf } from './sort-key.js'
import { count, megabytes, nodeName, tableName } from './wording.js'

const kB = 1024
const blockBytes = 8192

export const sortSpill: Rule = {
  number: 3,
  id: 'sort-spill',
  title: 'A sort does not fit into memory',
  trigger: '`Sort Space Type` is `Disk`, of the node or of a worker',
  remedy:
    'An index in the order of the sort, fewer columns, a LIMIT; else a higher work_mem for this statement alone',
  needsAnalyze: true,
  check: walk =>
    hits(walk, visit => {
      const disk = sortDiskBytes(visit)
      if (disk === 0) return undefined
      const index = indexFor(visit, 'Sort Key')
      return {
        message: `${nodeName(visit)} of ${count(numberOf(visit.node, 'Actual Rows') * visit.loops)} rows wrote ${megabytes(disk)} to disk.`,
        advice: `${index ? `An index on ${index} gives this order without a sort; else select` : 'Select'} fewer columns, add a LIMIT, or set work_mem to about ${megabytes(disk * 3)} for this statement only.`,
      }
    }),
}

/** Kilobytes of `Sort`, and of the groups of `Incremental Sort`. */
function sortDiskBytes({ node }: Visit): number {
  const plain = withWorkers(node)
    .filter(each => textOf(each, 'Sort Space Type') === 'Disk')
    .reduce((sum, each) => sum + numberOf(each, 'Sort Space Used'), 0)
  const groups = ['Full-sort Groups', 'Pre-sorted Groups'].map(key => {
    const group = node[key] as unknown as { 'Sort Space Disk'?: object } | undefined
    return numberOf(group?.['Sort Space Disk'] ?? {}, 'Peak Sort Space Used')
  })
  return (plain + Math.max(...groups)) * kB
}

/** 'orders (customer_id, created_at DESC)', when the keys are columns of the only table below. */
function indexFor(visit: Visit, keys: string): string | undefined {
  const [scan, ...others] = subtree(visit).filter(isTableScan)
  const columns = scan && others.length === 0 ? sortKeyOf(visit, scan, keys) : undefined
  return scan && columns && `${tableName(scan)} (${sortColumns(columns)})`
}

export const hashJoinSpill: Rule = {
  number: 4,
  id: 'hash-join-spill',
  title: 'The hash table of a join does not fit into memory',
  trigger: '`Hash Batches` of a `Hash` is over 1; over `Original Hash Batches`: it was planned to fit',
  remedy: 'Filter before the join, correct the estimate; else a higher work_mem or hash_mem_multiplier',
  needsAnalyze: true,
  check: walk =>
    hits(walk, visit => {
      const batches = numberOf(visit.node, 'Hash Batches')
      if (visit.type !== 'Hash' || batches <= 1) return undefined
      const planned = numberOf(visit.node, 'Original Hash Batches')
      const bytes = numberOf(visit.node, 'Peak Memory Usage') * kB * batches
      return {
        nodes: [visit, ...(visit.parent ? [visit.parent] : [])],
        share: Math.min(1, visit.selfShare + (visit.parent?.selfShare ?? 0)),
        message: `The hash table of ${count(visit.rows)} rows was split into ${count(batches)} batches${batches > planned && planned > 0 ? ` (${count(planned)} planned)` : ''}, all but one by way of the disk.`,
        advice: `${batches > planned && planned > 0 ? 'Correct the estimate of the rows (ANALYZE), filter' : 'Filter'} before the join, select fewer columns, or set work_mem for this statement so that about ${megabytes(bytes)} fit.`,
      }
    }),
}

export const hashAggregateSpill: Rule = {
  number: 5,
  id: 'hash-aggregate-spill',
  title: 'The groups of an aggregate do not fit into memory',
  trigger: '`HashAgg Batches` over 1 or `Disk Usage` over 0 of a hashed `Aggregate`, or of a worker',
  remedy: 'Aggregate earlier or less; an index in the order of GROUP BY; else a higher work_mem',
  needsAnalyze: true,
  check: walk =>
    hits(walk, visit => {
      const disk = sumOf(visit.node, 'Disk Usage') * kB
      const batches = Math.max(...withWorkers(visit.node).map(each => numberOf(each, 'HashAgg Batches')))
      if (visit.type !== 'Aggregate' || (disk === 0 && batches <= 1)) return undefined
      const index = indexFor(visit, 'Group Key')
      return {
        message: `${count(visit.rows)} groups took ${count(batches)} batches and ${megabytes(disk)} of disk.`,
        advice: `${index ? `An index on ${index} lets groups be built in order; else aggregate` : 'Aggregate'} before joining, or set work_mem for this statement above ${megabytes(disk + sumOf(visit.node, 'Peak Memory Usage') * kB)}.`,
      }
    }),
}

const ownRules = new Set(['Sort', 'Incremental Sort', 'Hash', 'Hash Join', 'Aggregate'])

export const temporaryFiles: Rule = {
  number: 6,
  id: 'temporary-files',
  title: 'A node writes temporary files',
  trigger: '`Temp Written Blocks` of a node itself that rules 3 to 5 do not speak of',
  remedy:
    'Keep less (fewer rows and columns before it), or a higher work_mem; log_temp_files shows how often',
  needsAnalyze: true,
  isGeneral: true,
  check: walk =>
    hits(walk, visit => {
      const bytes = selfBlocks(visit, 'Temp Written Blocks') * blockBytes
      if (ownRules.has(visit.type) || bytes === 0) return undefined
      return {
        message: `${nodeName(visit)} wrote ${megabytes(bytes)} of temporary files.`,
        advice: `Let fewer rows or columns reach it, or set work_mem for this statement above ${megabytes(bytes * 2)}; log_temp_files shows how often it happens.`,
      }
    }),
}

/** A node's blocks are those of its children too. */
export function selfBlocks({ node, children }: Visit, key: string): number {
  return Math.max(
    0,
    children.reduce((left, child) => left - numberOf(child.node, key), numberOf(node, key)),
  )
}

type Words = Pick<NodeHit, 'message' | 'advice'> & Partial<Pick<NodeHit, 'nodes' | 'share'>>

function hits(walk: PlanWalk, wordsOf: (visit: Visit) => Words | undefined): NodeHit[] {
  return walk.visits.flatMap(visit => {
    const words = wordsOf(visit)
    if (!words) return []
    const share = words.share ?? visit.selfShare
    return [{ nodes: [visit], share, severity: share > 0.4 ? 'warning' : 'info', ...words }]
  })
}
