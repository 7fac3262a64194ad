import { numberOf, textOf } from './plan-values.js'
import { cteNameOf, type PlanWalk, subtree, type Visit } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import { isTableScan } from './scan-facts.js'
import { count, nodeName, percent, rowCount, spent } from './wording.js'

/** `(NOT (hashed SubPlan 1))` up to 16, `(NOT (ANY (a = (hashed SubPlan 1).col1)))` and `(ALL (a <> (SubPlan 1).col1))` since. */
const notInForms =
  /NOT \(?(?:ANY \(.*?)?\(?(?<negated>hashed )?SubPlan (?<name>\d+)\)|ALL \(.*?<> \((?<all>hashed )?SubPlan (?<allName>\d+)\)\.col/

function notInOf(walk: PlanWalk, { node }: Visit): { subplan: string; isHashed: boolean } | undefined {
  const groups = notInForms.exec(`${textOf(node, 'Filter')} ${textOf(node, 'Join Filter')}`)?.groups
  if (!groups) return undefined
  // Up to 16 a NOT EXISTS that was not made a join looks the same.
  if (!/\bnot\s+in\b|<>\s*all\b/i.test(walk.sql)) return undefined
  return {
    subplan: `SubPlan ${groups.name ?? groups.allName}`,
    isHashed: (groups.negated ?? groups.all) !== undefined,
  }
}

export const notInSubquery: Rule = {
  number: 20,
  id: 'not-in-subquery',
  title: 'NOT IN with a subquery',
  trigger:
    '`NOT (… SubPlan n)` in a `Filter`, over 10 % of the time; critical when the subquery is not hashed',
  remedy: 'NOT EXISTS, which becomes an anti-join; NOT IN gives no row at all once the subquery gives a NULL',
  needsAnalyze: true,
  check: walk =>
    walk.visits.flatMap(visit => {
      const found = notInOf(walk, visit)
      if (!found || visit.totalShare <= 0.1) return []
      const subplan = visit.children.find(each => textOf(each.node, 'Subplan Name') === found.subplan)
      return [
        {
          nodes: [visit, ...(subplan ? [subplan] : [])],
          severity: found.isHashed ? ('info' as const) : ('critical' as const),
          message: found.isHashed
            ? `NOT IN looks up ${count(visit.rows + visit.dropped)} rows in a hash table of ${count(subplan?.rows ?? 0)}, ${spent(walk, visit.total)}; it gives no row at all if one of them is NULL.`
            : `NOT IN reads its subquery anew for each row, ${count(subplan?.loops ?? 0)} times, ${spent(walk, visit.total)}; it gives no row at all if one of the subquery’s is NULL.`,
          advice:
            'Write NOT EXISTS (SELECT 1 FROM … WHERE it matches), which is planned as an anti-join and bears NULLs.',
          share: visit.totalShare,
        },
      ]
    }),
}

const correlated = { loops: 100, share: 0.1 }

export const correlatedSubquery: Rule = {
  number: 21,
  id: 'correlated-subquery',
  title: 'A subquery runs for each row',
  trigger: '`Parent Relationship` is `SubPlan`, run over 100 times, over 10 % of the time',
  remedy: 'A join with the subquery grouped by its key, LATERAL, or a window function',
  needsAnalyze: true,
  check: walk =>
    walk.visits.flatMap((visit): NodeHit[] => {
      if (textOf(visit.node, 'Parent Relationship') !== 'SubPlan' || visit.loops <= correlated.loops)
        return []
      if (visit.totalShare <= correlated.share) return []
      const name = textOf(visit.node, 'Subplan Name')
      if (visit.parent && notInOf(walk, visit.parent)?.subplan === name) return []
      const scan = subtree(visit).find(isTableScan)
      return [
        {
          nodes: [visit, ...(scan && scan !== visit ? [scan] : [])].reverse(),
          severity: scan?.type === 'Seq Scan' ? 'critical' : 'warning',
          message: `${name}${scan ? ` (${nodeName(scan)})` : ''} ran ${count(visit.loops)} times, ${spent(walk, visit.total)}, ${percent(visit.totalShare)} of the statement.`,
          advice:
            'Join the subquery once, grouped by the column that it is correlated by (or LATERAL with LIMIT, or a window function), instead of running it for each row.',
          share: visit.totalShare,
        },
      ]
    }),
}

const cteWaste = { kept: 0.1, rows: 1000 }

export const materializedCte: Rule = {
  number: 28,
  id: 'materialized-cte',
  title: 'A CTE is computed whole and then filtered',
  trigger: '`CTE Scan` whose `Filter` drops over 90 % of over 1,000 rows',
  remedy: 'WITH … AS NOT MATERIALIZED, or the condition within the CTE',
  needsAnalyze: false,
  check: walk =>
    walk.visits.flatMap(scan => {
      const name = textOf(scan.node, 'CTE Name')
      if (scan.type !== 'CTE Scan' || !scan.node.Filter) return []
      const cte = walk.visits.find(each => cteNameOf(each.node) === name)
      const held = walk.analyzed ? scan.rows + scan.dropped : numberOf(cte?.node ?? {}, 'Plan Rows')
      // A CTE that calls itself, or that is scanned more than once, is kept for a reason.
      if (
        !cte ||
        cte.type === 'Recursive Union' ||
        walk.visits.filter(each => each.node['CTE Name'] === name).length > 1
      )
        return []
      if (held <= cteWaste.rows || scan.rows >= held * cteWaste.kept) return []
      const share = Math.min(1, scan.selfShare + cte.totalShare)
      return [
        {
          nodes: [scan],
          severity: share > 0.4 ? ('warning' as const) : ('info' as const),
          message: `The CTE ${name} is computed whole, ${rowCount(held)}, of which ${count(scan.rows)} are used.`,
          advice: `Write WITH ${name} AS NOT MATERIALIZED, or put the condition into the CTE.`,
          share,
        },
      ]
    }),
}
