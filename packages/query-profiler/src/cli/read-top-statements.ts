import type { DatabaseSession } from '../advice/database-session.js'
import { counted, daysCounted, extensionSchema } from '../advice/workload-from-statements.js'
import { normaliseSql } from '../fingerprint/normalise-sql.js'

export interface TopStatement {
  /** Normalised; empty: hidden from the role. */
  readonly sql: string
  readonly calls: number
  readonly totalMs: number
  readonly meanMs: number
  /** Of the time of all statements of the database, 0 to 1. */
  readonly share: number
  readonly rowsPerCall: number
}

export interface TopStatements {
  /** Days that were counted; null: unknown. */
  readonly days: number | null
  readonly statements: readonly TopStatement[]
  /** Of all statements of the database. */
  readonly totalMs: number
}

interface Row {
  readonly sql: string
  readonly calls: string
  readonly totalMs: number
  readonly rows: string
  readonly allMs: number
}

/** @throws ProfilerError DATABASE_UNREADABLE without the extension, or where it does not count. */
export async function readTopStatements(session: DatabaseSession, most: number): Promise<TopStatements> {
  const schema = await extensionSchema(session)
  const { rows } = await counted(() =>
    session.query<Row>(
      `select query as sql, sum(calls) as calls, sum(total_exec_time)::float8 as "totalMs", sum(rows) as rows,
         sum(sum(total_exec_time)) over ()::float8 as "allMs"
       from ${schema}.pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
       group by query order by sum(total_exec_time) desc limit $1`,
      [most],
    ),
  )
  const allMs = rows[0]?.allMs ?? 0
  return {
    days: await daysCounted(session, schema),
    totalMs: allMs,
    statements: rows.map(({ sql, totalMs, ...row }) => {
      const calls = Math.max(Number(row.calls), 1)
      return {
        sql: sql === '<insufficient privilege>' ? '' : normaliseSql(sql),
        calls,
        totalMs,
        meanMs: totalMs / calls,
        share: allMs > 0 ? totalMs / allMs : 0,
        rowsPerCall: Number(row.rows) / calls,
      }
    }),
  }
}
