import type { DatabaseSession } from './database-session.js'
import type { IndexCandidate } from './index-candidate.js'

/** Share of the rows that have the commonest value of an index's first column; the value itself is not read. Null: unknown. */
export async function commonestShare(
  session: DatabaseSession,
  { table, keys }: IndexCandidate,
): Promise<number | null> {
  const [first] = keys
  if (!first || first.isExpression) return null
  const { rows } = await session.query<{ share: number | null }>(
    `select max(most_common_freqs[1])::float8 as share from pg_stats where schemaname = $1 and tablename = $2 and attname = $3`,
    [table.schema, table.name, first.columns[0]],
  )
  return rows[0]?.share ?? null
}
