import { type Advice, advise, workloadFromFile } from '@voiceassist/query-profiler'
import type { ClientBase } from 'pg'

export interface CaseQuery {
  readonly sql: string
  readonly calls: number
}

/** What our own advisor says. */
export function ours(client: ClientBase, queries: readonly CaseQuery[]): Promise<Advice> {
  const workload = queries.map(({ sql, calls }) => `-- calls: ${calls}\n${sql.replace(/;\s*$/, '')};`)
  return advise(
    {
      query: async (sql, values) => ({
        rows: (await client.query(sql, values ? [...values] : undefined)).rows,
      }),
    },
    workloadFromFile(['-- days: 1', ...workload].join('\n')),
  )
}
