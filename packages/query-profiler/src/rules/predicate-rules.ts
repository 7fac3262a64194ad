import { branchesOf, type Condition } from './expression.js'
import { textOf } from './plan-values.js'
import type { PlanWalk, Visit } from './plan-walk.js'
import type { NodeHit, Rule } from './rule.js'
import {
  aliasOf,
  filterOf,
  indexStarting,
  isBigTable,
  isFreeCast,
  isTableScan,
  matters,
  rowsRead,
} from './scan-facts.js'
import { count, identifier, percent, rowCount, spent, tableName } from './wording.js'

const mostKept = 0.5

/** A filter on a big table that takes its time and drops most of what it reads, as far as that is known. */
function isCostly(walk: PlanWalk, scan: Visit): boolean {
  if (!isTableScan(scan) || !isBigTable(walk, scan) || !matters(walk, scan)) return false
  // Without a run, what a filter drops behind an index is not known.
  return walk.analyzed ? scan.rows <= (scan.rows + scan.dropped) * mostKept : scan.type === 'Seq Scan'
}

function reading(walk: PlanWalk, scan: Visit): string {
  const read = (rowsRead(walk, scan) ?? 0) * (scan.loops / scan.processes)
  return `${rowCount(Math.max(read, scan.rows))} of ${tableName(scan)} are read for ${count(scan.rows)}, ${spent(walk, scan.self)}, ${percent(scan.selfShare)} of the statement`
}

function hits(
  walk: PlanWalk,
  wordsOf: (scan: Visit) => Pick<NodeHit, 'message' | 'advice'> | undefined,
): NodeHit[] {
  return walk.visits
    .filter(scan => scan.node.Filter && isCostly(walk, scan))
    .flatMap(scan => {
      const words = wordsOf(scan)
      return words ? [{ nodes: [scan], severity: 'warning' as const, share: scan.selfShare, ...words }] : []
    })
}

export const functionOnColumn: Rule = {
  number: 16,
  id: 'function-on-indexed-column',
  title: 'A function of a column keeps its index from being used',
  trigger:
    '`Filter` applies a function to a column that has an index, on a big table, and drops over half of the rows',
  remedy: 'An index on the expression, citext or a normalised column; a range of dates instead of date_trunc',
  needsAnalyze: false,
  check: walk =>
    hits(walk, scan => {
      for (const { functions, kind } of filterOf(scan)) {
        const found = functions.find(each => indexStarting(scan, each.column))
        if (!found || kind === 'pattern' || kind === 'other') continue
        const column = identifier(found.column)
        return {
          message: `${found.name}() of ${column} is computed for every row, so that ${indexStarting(scan, found.column)?.name} is of no use: ${reading(walk, scan)}.`,
          advice: /^(date_trunc|date|extract|date_part|to_char)$/i.test(found.name)
            ? `Compare ${column} with the first moment and the one after the last (${column} >= … AND ${column} < …).`
            : `Create an index on ${tableName(scan)} (${found.name}(${column})), or compare ${column} as it is stored.`,
        }
      }
      return undefined
    }),
}

export const castOnColumn: Rule = {
  number: 17,
  id: 'cast-on-column',
  title: 'A column is cast to the type of what it is compared with',
  trigger:
    '`Filter` casts a column that has an index to a type that is stored in another way, on a big table',
  remedy:
    'Send the parameter as the column’s own type; beware of numbers of JavaScript sent as numeric or float',
  needsAnalyze: false,
  check: walk =>
    hits(walk, scan => {
      for (const { casts, functions } of filterOf(scan)) {
        if (functions.length > 0) continue
        const found = casts.find(each => !isStoredAlike(scan, each) && hasIndex(scan, each.column))
        if (!found) continue
        const column = identifier(found.column)
        const own = scan.table?.columns.get(found.column)?.type
        return {
          message: `${column}${own ? ` (${own})` : ''} is cast to ${found.type} for every row, so that no index on it is of use: ${reading(walk, scan)}.`,
          advice:
            found.type === 'date'
              ? `Compare ${column} with the first moment of the day and of the next (${column} >= … AND ${column} < …).`
              : `Send the parameter as ${own ?? 'the type of the column'} (${own ? `$1::${own}` : 'a cast of the parameter'}), or change the column’s type to ${found.type}.`,
        }
      }
      return undefined
    }),
}

/** Without the catalog the plan itself must do. */
function hasIndex(scan: Visit, column: string): boolean {
  return scan.table === undefined || indexStarting(scan, column) !== undefined
}

const textual = /^(text|character varying|varchar|bpchar)\b/

function isStoredAlike(scan: Visit, { column, type }: { column: string; type: string }): boolean {
  const own = scan.table?.columns.get(column)?.type
  if (own === undefined) return isFreeCast(type)
  return own === type || (textual.test(own) && isFreeCast(type))
}

export const unanchoredPattern: Rule = {
  number: 18,
  id: 'unanchored-pattern',
  title: 'LIKE that no B-tree serves',
  trigger: '`~~` with a leading wildcard, or `~~*` (ILIKE), in the `Filter` of a scan of a big table',
  remedy:
    'A GIN index with gin_trgm_ops (pg_trgm); for a fixed beginning text_pattern_ops, unless the collation is C',
  needsAnalyze: false,
  check: walk =>
    hits(walk, scan => {
      const found = filterOf(scan).find(each => each.kind === 'pattern' && each.columns.length > 0)
      if (!found) return undefined
      const column = identifier(found.columns[0] as string)
      const isPrefix = found.leadingWildcard === false && !found.ignoresCase
      // Behind an index that was found by the beginning, the pattern is only checked again.
      if (isPrefix && scan.type !== 'Seq Scan') return undefined
      return {
        message: `${found.ignoresCase ? 'ILIKE' : 'LIKE'} ${isPrefix ? 'by the beginning of' : 'anywhere in'} ${column} is tried on every row: ${reading(walk, scan)}.`,
        advice: isPrefix
          ? `Create an index on ${tableName(scan)} (${column} text_pattern_ops).`
          : `CREATE EXTENSION pg_trgm, and an index on ${tableName(scan)} USING gin (${column} gin_trgm_ops)${found.leadingWildcard === undefined && !found.ignoresCase ? '; for patterns with a fixed beginning text_pattern_ops is enough' : ''}.`,
      }
    }),
}

export const orOnOneTable: Rule = {
  number: 19,
  id: 'or-on-one-table',
  title: 'An OR keeps the table’s indexes from being used',
  trigger:
    '`Seq Scan` of a big table with a `Filter` that is an OR at its top and drops over half of the rows',
  remedy: 'An index for each branch (they are combined by BitmapOr), UNION ALL, or = ANY for one column',
  needsAnalyze: false,
  check: walk =>
    hits(walk, scan => {
      if (scan.type !== 'Seq Scan') return undefined
      const branches = branchesOf(textOf(scan.node, 'Filter'), aliasOf(scan)).filter(
        each => each.columns.length > 0,
      )
      const columns = [...new Set(branches.flatMap(each => each.columns))].map(identifier)
      if (branches.length < 2) return undefined
      const lacking = branches.filter(each => !servedBy(scan, each)).flatMap(each => each.columns.slice(0, 1))
      const lack = [...new Set(lacking)].map(identifier)
      return {
        message: `The condition is an OR of ${branches.length} branches (${columns.join(', ')}) that no index serves together: ${reading(walk, scan)}.`,
        advice:
          columns.length === 1
            ? `Create an index on ${tableName(scan)} (${columns[0]}), and write ${columns[0]} = ANY (…).`
            : `Create an index on ${tableName(scan)} for each of ${(lack.length > 0 ? lack : columns).map(each => `(${each})`).join(', ')}, so that BitmapOr combines them, or UNION ALL the branches.`,
      }
    }),
}

function servedBy(scan: Visit, branch: Condition): boolean {
  return branch.columns.some(column => indexStarting(scan, column) !== undefined)
}
