import type { Statement } from '../fingerprint/statement.js'
import type { NPlusOneKind } from './n-plus-one-report.js'
import type { SiteCalls } from './site-calls.js'
import { sqlInputs } from './sql-inputs.js'

/** Columns that the statement compares with a value for equality, in its order. */
function columnsOf(statement: Statement): string[] {
  const compared = sqlInputs(statement.sql).filter(({ role }) => role === 'equal')
  return [...new Set(compared.flatMap(({ columns }) => columns))]
}

function fixOfReads(statement: Statement, { parent, packages, isRecursive }: SiteCalls): string {
  const table = statement.tables[0] ?? 'the table'
  const columns = columnsOf(statement)
  const [column] = columns
  if (isRecursive) {
    const by = column === undefined ? '' : ` along ${column}`
    return `Read the whole tree of ${table}${by} in one query: WITH RECURSIVE.`
  }
  const key = columns.length > 1 ? `(${columns.join(', ')})` : column
  const together =
    columns.length > 1
      ? `${key} IN (SELECT * FROM unnest($1, $2)), with an array for each column`
      : `${key} = ANY($1), with an array`
  const batch = key === undefined ? 'in one query for all rows' : `in one query: WHERE ${together}`
  const from = parent?.statement.tables[0]
  const join = from && from !== table ? `, or join it to the query of ${from} that comes before` : ''
  const advice = [`Read the rows of ${table} ${batch}${join}.`]
  if (packages.has('dataloader')) {
    advice.push(
      'The DataLoader gets one key a turn: call load for all keys before the first await, or loadMany.',
    )
  } else if (packages.has('kysely')) {
    advice.push(
      `With Kysely, select them within the query before by jsonArrayFrom (kysely/helpers/postgres).`,
    )
  } else advice.push('Where the callers do not know of each other, a DataLoader collects their keys.')
  return advice.join(' ')
}

function fixOfWrites(statement: Statement): string {
  const table = statement.tables[0] ?? 'the table'
  const columns = columnsOf(statement)
  const key = columns.length === 0 ? 'the key' : columns.join(' and ')
  switch (statement.type) {
    case 'insert':
      return `Write the rows of ${table} in one INSERT: several rows of VALUES, or SELECT … FROM unnest($1, $2, …) with an array for each column.`
    case 'delete':
      return `Delete the rows of ${table} in one statement: WHERE ${key} = ANY($1), with an array.`
    case 'merge':
      return `Write the rows of ${table} in one MERGE whose source is unnest($1, $2, …), with an array for each column.`
    default:
      return `Write the rows of ${table} in one UPDATE … FROM unnest($1, $2, …) AS v, with an array for each column, that joins v on ${key}.`
  }
}

/** What to write instead, for a person. Parses the statement: not for each call. */
export function describeFix(kind: NPlusOneKind, statement: Statement, site: SiteCalls): string {
  if (kind === 'n-plus-one') return fixOfReads(statement, site)
  if (kind === 'write-loop') return fixOfWrites(statement)
  const table = statement.tables[0]
  const what = table ? `the rows of ${table}` : 'the result'
  return `Ask for ${what} once, before the loop, and pass the result on; or keep it for other requests too: cache.getOrSet(key, …).`
}
