import type { Cache, InvalidateResult } from '../cache.js'
import { maxTags } from '../key/check-key.js'
import { type MapOptions, mapRows } from './map-rows.js'
import type { OutboxRow } from './outbox-row.js'

/** What the relay needs of a cache. */
export type InvalidatedCache = Pick<Cache, 'delete' | 'invalidateTags' | 'clear' | 'deletePattern'>

/** Resolves to whether the invalidations have reached the second tier, or there is none; then the rows may go. */
export async function invalidateRows(
  cache: InvalidatedCache,
  rows: readonly OutboxRow[],
  options: MapOptions,
): Promise<boolean> {
  const { keys, tags, namespaces, everything } = mapRows(rows, options)
  const calls: Promise<InvalidateResult>[] = []
  if (everything) calls.push(cache.deletePattern('*'))
  else {
    if (keys.size > 0) calls.push(cache.delete([...keys]))
    const names = [...tags]
    while (names.length > 0) calls.push(cache.invalidateTags(names.splice(0, maxTags)))
    if (namespaces.size > 0) calls.push(cache.clear([...namespaces]))
  }
  const results = await Promise.all(calls)
  return results.every(({ remote }) => remote !== 'journaled')
}
