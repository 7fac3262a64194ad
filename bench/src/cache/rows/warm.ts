import { type Cache, createCache } from '@voiceassist/cache'
import { redisTier } from '@voiceassist/cache/redis'
import type { Bench, Figure } from '../figure.js'
import { readTrace, traceNames } from '../traces.js'
import { trusted } from '../trusted.js'

const maxEntries = 1200
const nextRequests = [500, 2000] as const
const loadMany = async (keys: readonly string[]) => new Map(keys.map(key => [key, 1]))

/** Percent of the first requests that memory answers, after a clear and after a restart, half-way through a trace. */
export async function warm({ traces, redis }: Bench): Promise<Figure[]> {
  const url = await redis()
  const figures: Figure[] = []
  for (const trace of traceNames) {
    const keys = readTrace(traces, trace)
    const half = Math.floor(keys.length / 2)
    for (const after of ['clear', 'restart'] as const)
      for (const warms of [false, true]) {
        const prefix = `warm-${trace}-${after}-${warms}`
        const cache = await coldAgain(after, keys.slice(0, half), url, prefix)
        const warmed = warms
          ? (await cache.warm({ maxKeys: maxEntries, loaders: { default: loadMany } })).warmed
          : 0
        const label = `${trace}, after a ${after}, ${warms ? `${warmed.toLocaleString('en')} keys warmed` : 'cold'}`
        for (const [count, percent] of await hitPercents(cache, keys.slice(half)))
          figures.push({
            name: `${label}: first ${count.toLocaleString('en')} requests`,
            value: percent,
            unit: '% hits',
          })
        await cache.close()
      }
  }
  return figures
}

/** A cache that has seen the requests, and lost what it held in memory. */
async function coldAgain(
  after: 'clear' | 'restart',
  keys: readonly string[],
  url: string,
  prefix: string,
): Promise<Cache> {
  const create = async () => {
    const remote = after === 'restart' ? { remote: redisTier({ url }), remoteTimeoutMs: 2000 } : {}
    const cache = createCache({ ...remote, prefix, memory: { maxEntries }, defaults: { ttl: '1h' } })
    if (after === 'restart') await trusted(cache)
    return cache
  }
  const cache = await create()
  for (const key of keys) await cache.getOrSet(key, () => 1)
  if (after === 'clear') {
    await cache.clear('default')
    return cache
  }
  await cache.close()
  return create()
}

/** By how many requests they are of. */
async function hitPercents(cache: Cache, keys: readonly string[]): Promise<[number, number][]> {
  const before = cache.stats().tiers.memory.hits
  const percents: [number, number][] = []
  let asked = 0
  for (const count of nextRequests) {
    for (; asked < count; asked++) await cache.getOrSet(keys[asked] as string, () => 1)
    percents.push([count, (100 * (cache.stats().tiers.memory.hits - before)) / count])
  }
  return percents
}
