import type { Advice, DatabaseSession } from '@voiceassist/query-profiler'
import type { ClientBase } from 'pg'

export interface CaseQuery {
  readonly sql: string
  readonly calls: number
}

/** What our own advisor says; undefined while it is not built. */
export async function ours(client: ClientBase, queries: readonly CaseQuery[]): Promise<Advice | undefined> {
  const [advise, { sqlParser }] = await Promise.all([
    compiled('advice/advise.js').catch(() => undefined),
    compiled('fingerprint/sql-parser.js'),
  ])
  if (!advise) return undefined
  const session: DatabaseSession = {
    query: async (sql, values) => ({
      rows: (await client.query(sql, values ? [...values] : undefined)).rows,
    }),
  }
  const workload = {
    queries: queries.map(({ sql, calls }) => ({
      fingerprint: sqlParser.fingerprint(sql),
      sql,
      calls,
      meanMs: null,
    })),
    days: 1,
    source: 'file',
    skipped: [],
  }
  return advise.advise(session, workload)
}

// biome-ignore lint/suspicious/noExplicitAny: not exported by the package, so without types here
const compiled = (file: string): Promise<any> =>
  import(new URL(`../../../packages/query-profiler/dist/${file}`, import.meta.url).href)
