import { CacheError } from '../cache-error.js'
import { partitionOf } from '../key/partition-of.js'
import type { RemoteKey } from '../remote/remote-tier.js'
import type { KeyLayout } from './key-layout.js'
import { redisError } from './redis-error.js'
import type { Topology } from './topology.js'

/** Keys of values, each at least once if it is there all the while; throws when that cannot be said. A batch an answer. */
export async function* scanKeys(
  topology: Topology,
  layout: KeyLayout,
  literalPrefix: string,
): AsyncGenerator<readonly RemoteKey[]> {
  const match = layout.valuesMatch(literalPrefix)
  try {
    const links = new Map(layout.metas.map((_, partition) => [topology.link(partition), 0]))
    for (const link of links.keys()) links.set(link, link.epoch)
    for (const [link, epoch] of links) {
      let cursor = '0'
      do {
        const [next, names] = (await link.send('scan', [cursor, 'MATCH', match, 'COUNT', 1000])) as [
          Buffer,
          Buffer[],
        ]
        if (link.epoch !== epoch) throw link.away()
        cursor = next.toString()
        const keys = names.map(name => layout.keyOf(name.toString()))
        yield keys.map(key => ({ partition: partitionOf(key, layout.partitions), key }))
      } while (cursor !== '0')
    }
    await topology.assertSettled()
    const now = new Set(layout.metas.map((_, partition) => topology.link(partition)))
    for (const [link, epoch] of links)
      if (!now.has(link) || link.epoch !== epoch || now.size !== links.size)
        throw new CacheError('CACHE_REMOTE_UNAVAILABLE', 'The servers changed while their keys were listed')
  } catch (error) {
    throw redisError(error)
  }
}
