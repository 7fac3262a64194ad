import { ProfilerError } from '../profiler-error.js'
import type { Workload, WorkloadQuery } from './advice.js'
import type { DatabaseSession } from './database-session.js'
import { quoteName } from './index-key.js'
import { workloadQuery } from './workload-query.js'

export interface StatementsScope {
  /** The statements that took most time in all. Default 500. */
  readonly most?: number
}

/**
 * The statements of this database that pg_stat_statements has counted, most time first; version 1.8 of the extension
 * (PostgreSQL 13) and newer. Nothing is reset.
 * @throws ProfilerError DATABASE_UNREADABLE without the extension, or without the right to see what others ran
 */
export async function workloadFromStatements(
  session: DatabaseSession,
  { most = 500 }: StatementsScope = {},
): Promise<Workload> {
  const schema = await extensionSchema(session)
  const view = `${schema}.pg_stat_statements`
  const { rows } = await counted(() =>
    session.query<{ sql: string; calls: string; meanMs: number }>(
      `select query as sql, sum(calls) as calls, (sum(total_exec_time) / greatest(sum(calls), 1))::float8 as "meanMs"
       from ${view} where dbid = (select oid from pg_database where datname = current_database())
       group by query order by sum(total_exec_time) desc limit $1`,
      [most],
    ),
  )
  const hidden = rows.find(row => row.sql === '<insufficient privilege>')
  const queries: WorkloadQuery[] = []
  const skipped: { sql: string; reason: string }[] = []
  for (const row of rows) {
    if (row === hidden)
      skipped.push({ sql: '', reason: 'Its text is hidden: the role needs pg_read_all_stats' })
    else if (isSearch(row.sql)) {
      const query = workloadQuery(row.sql, Number(row.calls), row.meanMs)
      if ('reason' in query) skipped.push(query)
      else queries.push(query)
    }
  }
  return { queries, days: await daysCounted(session, schema), source: 'pg_stat_statements', skipped }
}

/** Others, such as SET and BEGIN, are nothing that an index could help. */
function isSearch(sql: string): boolean {
  return /^[\s(]*(\/\*.*?\*\/\s*|--.*\n\s*)*(select|with|update|delete|insert|merge)\b/is.test(sql)
}

/** @throws ProfilerError DATABASE_UNREADABLE without the extension */
export async function extensionSchema(session: DatabaseSession): Promise<string> {
  const { rows } = await counted(() =>
    session.query<{ schema: string }>(
      `select extnamespace::regnamespace::text as schema from pg_extension where extname = 'pg_stat_statements'`,
    ),
  )
  const schema = rows[0]?.schema
  if (schema) return schema.startsWith('"') ? schema : quoteName(schema)
  throw new ProfilerError('DATABASE_UNREADABLE', 'The extension pg_stat_statements is not in this database', {
    field: 'workload',
    remedy:
      'Put pg_stat_statements into shared_preload_libraries, restart the server, CREATE EXTENSION pg_stat_statements and let it count for some days; or advise from a file of statements (--workload FILE.sql)',
  })
}

/** Since the last reset; the view of that came with version 1.9. */
export async function daysCounted(session: DatabaseSession, schema: string): Promise<number | null> {
  try {
    const { rows } = await session.query<{ days: number | null }>(
      `select (extract(epoch from now() - stats_reset) / 86400)::float8 as days from ${schema}.pg_stat_statements_info`,
    )
    return rows[0]?.days ?? null
  } catch {
    return null
  }
}

/** @throws ProfilerError DATABASE_UNREADABLE for what `read` throws */
export async function counted<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw new ProfilerError('DATABASE_UNREADABLE', 'pg_stat_statements cannot be read', {
      field: 'workload',
      remedy: 'Load it by shared_preload_libraries, and grant the role pg_read_all_stats',
      cause,
    })
  }
}
