import type { PlanWalk, Visit } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import {
  columnList,
  filterOf,
  indexColumns,
  indexOn,
  indexStarting,
  isBigTable,
  matters,
  rowsRead,
  shareKept,
} from './scan-facts.js'
import { count, percent, rowCount, spent, tableName } from './wording.js'

/** Share of the rows up to which an index is the quicker way: as it was run, and as it is estimated. */
const mostKept = { analyzed: 0.1, estimated: 0.05 }
/** Above this share an index that is there already was rightly left alone. */
const mostKeptByIndex = 0.01

export const selectiveSeqScan: Rule = {
  number: 1,
  id: 'selective-seq-scan',
  title: 'A big table is read whole for few rows',
  trigger:
    '`Seq Scan` that drops over 90 % (estimated: 95 %) of a table of over 10 MB or 10,000 rows, and takes over 10 % of the time and 1 ms',
  remedy: 'A B-tree on the columns of the filter: those compared for equality first, then one range',
  needsAnalyze: false,
  isGeneral: true,
  check: walk => walk.visits.flatMap(visit => hitOf(walk, visit)),
}

function hitOf(walk: PlanWalk, scan: Visit): NodeHit[] {
  if (scan.type !== 'Seq Scan' || !scan.node.Filter || !isBigTable(walk, scan) || !matters(walk, scan))
    return []
  const kept = shareKept(walk, scan)
  if (kept === undefined || kept >= (walk.analyzed ? mostKept.analyzed : mostKept.estimated)) return []
  const columns = indexColumns(filterOf(scan))
  const first = columns[0]
  const existing = first === undefined ? undefined : indexStarting(scan, first)
  if (existing && kept > mostKeptByIndex) return []
  const read = (rowsRead(walk, scan) ?? 0) * (scan.loops / scan.processes)
  return [
    {
      nodes: [scan],
      severity: existing ? 'info' : scan.selfShare > 0.9 ? 'critical' : 'warning',
      message: `${tableName(scan)} is read from end to end: ${rowCount(read)} for ${count(scan.rows)} that are kept, ${spent(walk, scan.self)}, ${percent(scan.selfShare)} of the statement.`,
      advice: adviceFor(scan, columns, existing?.name),
      share: scan.selfShare,
    },
  ]
}

function adviceFor(scan: Visit, columns: readonly string[], existing: string | undefined): string {
  if (existing)
    return `The planner does not use ${existing}: ANALYZE ${tableName(scan)}, and look at the types of the parameters and at random_page_cost.`
  if (columns.length > 0) return `Create ${indexOn(scan, columns)}.`
  const others = [...new Set(filterOf(scan).flatMap(each => each.columns))]
  const of = others.length > 0 ? ` of ${columnList(others)}` : ''
  return `No plain index serves this condition${of}: index the expression, or store what it computes in a column.`
}
