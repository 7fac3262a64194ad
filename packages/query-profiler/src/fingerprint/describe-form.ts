import { createHash } from 'node:crypto'
import { type Form, writeForm } from './form.js'
import { isKeyword } from './keywords.js'
import { parseForm } from './parse-form.js'
import { ParserUnavailable } from './sql-parser.js'
import type { QueryType, Statement } from './statement.js'

/** UTF-16 units of `Statement.sql`. */
const maxSqlUnits = 4096

/**
 * What a form says of its statement. The same in every process, since nothing but the form goes into it.
 * @throws ParserUnavailable there is no parser at the moment: the answer would be another one later
 */
export function describeForm(form: Form): Statement {
  const unparsed = (why: 'syntax' | 'too long') => describeUnparsed(form, why)
  if (form.isLong) return unparsed('too long')
  if (form.isOdd || form.text === '') return unparsed('syntax')
  const sql = writeForm(form)
  try {
    const { fingerprint, type, tables, isHousekeeping, statements } = parseForm(sql)
    const shape = shapeOf(form, isHousekeeping)
    const suffix = shape.valuesRows > 1 ? '-rows' : shape.list === 2 || shape.list === 'array' ? '-list' : ''
    const statement = {
      fingerprint: (fingerprint ?? hashOf(sql)) + suffix,
      sql: shorten(sql),
      type,
      tables,
      shape,
    }
    if (statements === 1) return statement
    return { ...statement, fingerprint: hashOf(sql), unparsed: 'several statements' }
  } catch (error) {
    if (!(error instanceof ParserUnavailable)) return unparsed('syntax')
    if (error.isTransient) throw error
    return unparsed('too long')
  }
}

/** For as long as there is no parser. */
export function describeUnparsed(form: Form, why: 'syntax' | 'too long'): Statement {
  const sql = withoutNames(writeForm(form))
  const type = typeByWords(sql)
  const isHousekeeping = type === 'transaction' || type === 'utility' || type === 'other'
  return {
    fingerprint: hashOf(sql),
    sql: shorten(sql),
    type,
    tables: [],
    shape: shapeOf(form, isHousekeeping),
    unparsed: why,
  }
}

function shapeOf(form: Form, isHousekeeping: boolean): Statement['shape'] {
  return { list: form.list === 0 ? undefined : form.list, valuesRows: form.hasRows ? 2 : 1, isHousekeeping }
}

/**
 * Where the parser has not confirmed that quotes are where they should be, a name may be part of a value (of
 * `'O'Brien'`): words that are not SQL's own are left out, and numbers of placeholders, which the values before move.
 */
function withoutNames(sql: string): string {
  return sql
    .replace(/"(?:[^"]|"")*"|[\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*/gu, word =>
      isKeyword(word) ? word : '_',
    )
    .replace(/\$\d+/g, '$')
}

function typeByWords(sql: string): QueryType {
  const verb = /^\W*(?:with\b.*?\)\s*)?(select|insert|update|delete|merge|values|table)\b/s.exec(sql)?.[1]
  if (verb === 'values' || verb === 'table') return 'select'
  if (verb) return verb as QueryType
  if (/^(?:begin|start|commit|rollback|savepoint|release|end|abort)\b/.test(sql)) return 'transaction'
  return /^[a-z]/.test(sql) ? 'utility' : 'other'
}

function hashOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex').slice(0, 16)
}

function shorten(sql: string): string {
  return sql.length > maxSqlUnits ? `${sql.slice(0, maxSqlUnits - 1)}…` : sql
}
