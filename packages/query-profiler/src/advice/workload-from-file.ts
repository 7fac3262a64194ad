import { sqlParser } from '../fingerprint/sql-parser.js'
import { ProfilerError } from '../profiler-error.js'
import type { Workload, WorkloadQuery } from './advice.js'
import { workloadQuery } from './workload-query.js'

const mostCharacters = 20 * 1024 * 1024

/**
 * Statements of a file, each ended by a semicolon. A comment `-- calls: 120` above one says how often it runs in the time
 * that the file stands for (default once), `-- mean: 3.5` how many milliseconds it takes, and `-- days: 7` anywhere how many
 * days that time is. Equal statements are added up. One that cannot be read is left out, and said so.
 * @throws ProfilerError WORKLOAD_INVALID for a text that is too long or holds no statement
 */
export function workloadFromFile(text: string): Workload {
  if (text.length > mostCharacters)
    throw new ProfilerError('WORKLOAD_INVALID', `A workload is at most ${mostCharacters} characters long`, {
      field: 'workload',
      remedy: 'Keep the statements that take most time',
    })
  const queries = new Map<string, WorkloadQuery>()
  const skipped: { sql: string; reason: string }[] = []
  for (const { sql, comments } of statementsOf(text)) {
    const calls = numberIn(comments, 'calls') ?? 1
    const query = workloadQuery(sql, calls, numberIn(comments, 'mean') ?? null)
    const known = queries.get(sql)
    if ('reason' in query) skipped.push(query)
    else queries.set(sql, known ? { ...known, calls: known.calls + calls } : query)
  }
  if (queries.size === 0 && skipped.length === 0)
    throw new ProfilerError('WORKLOAD_INVALID', 'The workload holds no statement', {
      field: 'workload',
      remedy: 'Give SQL statements, each ended by a semicolon',
    })
  const days = numberIn(
    text
      .split('\n')
      .filter(line => line.startsWith('--'))
      .join('\n'),
    'days',
  )
  return { queries: [...queries.values()], days: days ?? null, source: 'file', skipped }
}

function numberIn(comments: string, name: string): number | undefined {
  const found = new RegExp(`--\\s*${name}:\\s*(\\d+(?:\\.\\d+)?)`, 'i').exec(comments)?.[1]
  return found === undefined || Number(found) <= 0 ? undefined : Number(found)
}

/** Cuts at semicolons outside of strings and comments. */
function statementsOf(text: string): { sql: string; comments: string }[] {
  const bytes = Buffer.from(text)
  const found: { sql: string; comments: string }[] = []
  let start: number | undefined
  let comments = ''
  for (const token of tokensOf(text)) {
    if (token.tokenName === 'SQL_COMMENT' || token.tokenName === 'C_COMMENT') {
      comments += `${bytes.toString('utf8', token.start, token.end)}\n`
      continue
    }
    if (token.tokenName !== 'ASCII_59') {
      start ??= token.start
      continue
    }
    if (start !== undefined) found.push({ sql: bytes.toString('utf8', start, token.start).trim(), comments })
    start = undefined
    comments = ''
  }
  if (start !== undefined) found.push({ sql: bytes.toString('utf8', start).trim(), comments })
  return found
}

function tokensOf(text: string) {
  if (text.trim() === '') return [] // which the parser does not take
  try {
    return sqlParser.scan(text).tokens
  } catch (cause) {
    throw new ProfilerError(
      'WORKLOAD_INVALID',
      'The workload is not the text of SQL: a string or comment does not end',
      {
        field: 'workload',
        remedy: 'Give SQL statements, each ended by a semicolon',
        cause: cause instanceof Error ? cause.name : undefined,
      },
    )
  }
}
