import type { OpenDatabase } from '@voiceassist/api-gateway/db/open-database'
import { say } from '../common/say.js'

const sample = 200
const depth = 5

/**
 * Prints and resolves to how many of the exactly nearest passages the vector index finds, for stored vectors as queries. What is as near
 * as the exact one at its rank counts: documents repeat each other.
 */
export async function compareWithExact({ pool }: OpenDatabase): Promise<number> {
  const queries = await pool.query<{ embedding: string }>(
    'select embedding::text from kb_chunks order by md5(id::text) limit $1',
    [sample],
  )
  let found = 0
  let wanted = 0
  for (const { embedding } of queries.rows) {
    const nearest = (order: string) =>
      pool.query<{ distance: number }>(
        `select embedding <=> $1 as distance from kb_chunks order by ${order} limit ${depth}`,
        [embedding],
      )
    const index = await nearest('embedding <=> $1')
    const exact = await nearest('(embedding <=> $1) + 0') // no index is on the sum
    wanted += exact.rows.length
    found += exact.rows.filter(
      ({ distance }, rank) => (index.rows[rank]?.distance ?? 2) <= distance + 1e-6,
    ).length
  }
  const recall = found / wanted
  say(`recall of the vector index at ${depth} against exact search: ${recall.toFixed(4)}`)
  return recall
}
