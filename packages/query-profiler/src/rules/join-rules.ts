import { misestimate } from './bad-estimate.js'
import { branchesOf, conditionsOf } from './expression.js'
import { textOf } from './plan-values.js'
import { type PlanWalk, subtree, type Visit } from './plan-walk.js'
import type { NodeHit, Rule, Severity } from './rule.js'
import { aliasOf, filterOf, indexColumns, indexOn, isTableScan } from './scan-facts.js'
import { count, nodeName, percent, rowCount, spent } from './wording.js'

const explosion = { loops: 1000, share: 0.3, scans: 100, ms: 20 }

export const nestedLoopExplosion: Rule = {
  number: 10,
  id: 'nested-loop-explosion',
  title: 'The inner side of a nested loop runs very often',
  trigger:
    'The inner side runs over 1,000 times (a `Seq Scan`: 100) and takes over 30 % of the time and 20 ms; critical for a `Seq Scan`',
  remedy: 'An index on the join key of the inner table; where the outer rows were misjudged, rule 2',
  needsAnalyze: false,
  check: walk => walk.visits.flatMap(visit => explosionHit(walk, visit)),
}

export function sidesOf(join: Visit): { outer: Visit; inner: Visit } | undefined {
  const side = (name: string) => join.children.find(each => textOf(each.node, 'Parent Relationship') === name)
  const outer = side('Outer')
  const inner = side('Inner')
  return outer && inner && { outer, inner }
}

function explosionHit(walk: PlanWalk, join: Visit): NodeHit[] {
  const sides = join.type === 'Nested Loop' ? sidesOf(join) : undefined
  if (!sides) return []
  const { outer, inner } = sides
  const scan = inner.type === 'Memoize' ? inner.children[0] : inner
  const isSeq = scan?.type === 'Seq Scan'
  // A Materialize is read again, not computed: rule 11 judges what that costs.
  if (!scan || scan.type === 'Materialize' || inner.loops <= (isSeq ? explosion.scans : explosion.loops))
    return []
  // Comparing the rows of a scan is the join's own time.
  const compares = isSeq && join.node['Join Filter'] ? join : { self: 0, selfShare: 0 }
  const total = inner.total + compares.self
  const share = Math.min(1, inner.totalShare + compares.selfShare)
  if (share <= explosion.share || (walk.unit === 'ms' && total <= explosion.ms)) return []
  const off = walk.analyzed ? misestimate(outer) : 1
  // Without a run, look-ups by an index are what the planner found to be best.
  if (!isSeq && !walk.analyzed) return []
  const joined = conditionsOf(textOf(join.node, 'Join Filter'), aliasOf(scan)).filter(
    each => each.kind === 'equality',
  )
  const columns = isSeq ? indexColumns([...filterOf(scan), ...joined]) : []
  if (isSeq && join.node['Join Filter'] && columns.length === 0) return []
  const severity: Severity = isSeq ? 'critical' : off >= 10 ? 'warning' : 'info'
  return [
    {
      nodes: [scan, ...(scan === inner ? [] : [inner]), join],
      severity,
      message: `${nodeName(scan)} runs ${count(inner.loops)} times, once for each row of the outer side: ${spent(walk, total)}, ${percent(share)} of the statement.`,
      advice: isSeq
        ? columns.length > 0
          ? `Create ${indexOn(scan, columns)}.`
          : 'Create an index on the join key of the inner table.'
        : off >= 10
          ? `${count(outer.rows)} outer rows came, ${count(off)} times off what was expected: correct that estimate (ANALYZE, extended statistics), and a hash join will be chosen.`
          : 'Let fewer rows reach the join (filter or LIMIT before it), or cover the look-up by an index with INCLUDE.',
      share,
    },
  ]
}

const filterWaste = { times: 10, rows: 1000, pairs: 100_000 }

export const joinFilterWaste: Rule = {
  number: 11,
  id: 'join-filter-waste',
  title: 'A join compares far more pairs of rows than match',
  trigger:
    '`Rows Removed by Join Filter` over 1,000 and 10 times the rows given; estimated: over 100,000 pairs in a nested loop',
  remedy: 'Join by equality; an OR across two tables as a UNION of two joins',
  needsAnalyze: false,
  check: walk =>
    walk.visits.flatMap(join => {
      const filter = textOf(join.node, 'Join Filter')
      if (!filter || !/Join$|Nested Loop/.test(join.type)) return []
      const removed = pairsRemoved(walk, join)
      if (removed <= filterWaste.rows || removed <= join.rows * filterWaste.times) return []
      const share = Math.min(1, join.selfShare + (sidesOf(join)?.inner.selfShare ?? 0))
      if (share <= 0.1) return []
      const branches = branchesOf(filter, '')
      // An index on the inner side would do: that is rule 10's to say.
      if (explosionHit(walk, join).length > 0) return []
      return [
        {
          nodes: [join, ...(sidesOf(join) ? [(sidesOf(join) as { inner: Visit }).inner] : [])],
          severity: share > 0.4 ? ('critical' as const) : ('warning' as const),
          message: `${join.type} compared ${count(removed + join.rows)} pairs of rows for ${rowCount(join.rows)}.`,
          advice:
            branches.length > 1
              ? `The condition is ${branches.length} branches of an OR, so that no index and no hash serves it: UNION one join for each.`
              : 'Join by an equality that a hash or an index can serve, such as a column that holds what the condition computes.',
          share,
        },
      ]
    }),
}

function pairsRemoved(walk: PlanWalk, join: Visit): number {
  if (walk.analyzed) return Number(join.node['Rows Removed by Join Filter'] ?? 0) * join.loops
  const sides = join.type === 'Nested Loop' ? sidesOf(join) : undefined
  const pairs = sides ? sides.outer.rows * Math.max(1, Number(sides.inner.node['Plan Rows'])) : 0
  return pairs > filterWaste.pairs ? pairs - join.rows : 0
}

const cartesian = { times: 10, rows: 10_000 }

export const cartesianProduct: Rule = {
  number: 31,
  id: 'cartesian-product',
  title: 'Each row of one side is joined with each of the other',
  trigger:
    '`Nested Loop` with no condition in it or on its inner side, over 10,000 rows and 10 times those of both sides',
  remedy: 'Add the join condition that is missing',
  needsAnalyze: false,
  check: walk =>
    walk.visits.flatMap(join => {
      const sides = join.type === 'Nested Loop' && !join.node['Join Filter'] ? sidesOf(join) : undefined
      if (!sides || dependsOnOuter(sides)) return []
      const { outer, inner } = sides
      const innerRows = inner.loops > 0 ? inner.rows / inner.loops : 0
      const rows = walk.analyzed ? outer.rows * innerRows : join.rows
      if (rows <= cartesian.rows || rows <= (outer.rows + innerRows) * cartesian.times) return []
      const names = [outer, inner].map(side => subtree(side).find(isTableScan))
      return [
        {
          nodes: [join],
          severity: 'critical' as const,
          message: `${count(outer.rows)} rows are joined with each of ${count(innerRows)}: ${rowCount(rows)}.`,
          advice: names.every(each => each !== undefined)
            ? `No condition joins ${names.map(each => aliasOf(each as Visit)).join(' and ')}: add it, or say CROSS JOIN if it is meant.`
            : 'Add the join condition that is missing, or say CROSS JOIN if it is meant.',
          share: join.totalShare,
        },
      ]
    }),
}

/** What the inner side gives differs by the outer row: a look-up by index, LATERAL, a function of a column. */
function dependsOnOuter({ outer, inner }: { outer: Visit; inner: Visit }): boolean {
  const aliases = subtree(outer).map(aliasOf).filter(Boolean)
  return subtree(inner).some(
    ({ type, node }) =>
      type === 'Memoize' || type === 'Function Scan' || type === 'Result' || mentions(node, aliases),
  )
}

const conditionKeys = ['Index Cond', 'Filter', 'Recheck Cond', 'Join Filter', 'One-Time Filter']

function mentions(node: object, aliases: readonly string[]): boolean {
  const text = conditionKeys.map(key => textOf(node, key)).join(' ')
  return aliases.some(alias => isQualified(text, alias))
}

function isQualified(text: string, alias: string): boolean {
  const at = text.search(new RegExp(`(?<![\\w"])"?${alias.replaceAll(/\W/g, '\\$&')}"?\\.`))
  return at >= 0
}
