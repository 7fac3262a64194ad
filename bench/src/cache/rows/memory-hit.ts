import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createCache } from '@voiceassist/cache'
import type { Bench, Figure } from '../figure.js'
import { memoryPeers } from '../memory-peers.js'
import { sideBySide, spreadOf, timeRatio, type Way } from '../side-by-side.js'

const exact = 'lru-cache, ttlResolution 0'

/** A hit in memory through `getOrSet`, while metrics listen, beside `get` of lru-cache: both are awaited. */
export async function memoryHit({ quick }: Bench): Promise<Figure[]> {
  const keys = Array.from({ length: 1000 }, (_, at) => `user:${at}`)
  const load = async (key: string) => ({ id: key, name: `name of ${key}`, roles: ['reader', 'writer'] })
  const events = { count: 0 }
  const listen = () => {
    events.count++
  }
  subscribe('voiceassist:cache', listen)
  const cache = createCache({ namespaces: { user: { ttl: '1h' } } })
  for (const key of keys) await cache.getOrSet(key, () => load(key))
  const loader = () => load('never')
  const { [exact]: lruExact, 'lru-cache': lru, ...peers } = await memoryPeers(keys, load)
  const getOrSet: Way = async calls => {
    for (let at = 0; at < calls; at++) await cache.getOrSet(keys[at % keys.length] as string, loader)
  }
  // Batches shorter than what the system gives a process at a time: most are not interrupted.
  const own = await sideBySide(
    { getOrSet, exact: lruExact as Way, usual: lru as Way },
    quick ? 101 : 601,
    2000,
  )
  const others = await sideBySide({ ...peers, usual: lru as Way }, quick ? 15 : 61, 2000)
  unsubscribe('voiceassist:cache', listen)
  await cache.close()
  const ofOthers = Object.keys(peers).map(name =>
    timeRatio(name, 'of lru-cache', others[name as 'usual'], others.usual),
  )
  return [
    { name: 'getOrSet', value: spreadOf(own.getOrSet).median * 1000, unit: 'ns' },
    timeRatio('getOrSet', `of ${exact}`, own.getOrSet, own.exact, { atMost: 1.25 }),
    {
      ...timeRatio('getOrSet', 'of lru-cache', own.getOrSet, own.usual),
      peers: Object.fromEntries(ofOthers.map(({ name, value }) => [name, value])),
    },
    ...ofOthers,
  ]
}
