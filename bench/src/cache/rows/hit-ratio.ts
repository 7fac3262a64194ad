import { createCache } from '@voiceassist/cache'
import { LRUCache } from 'lru-cache'
import type { Bench, Figure } from '../figure.js'
import { readTrace, traceNames } from '../traces.js'

/** Percent of hits of S3-FIFO at 300 and 1,200 entries, as the traces' README has them. */
const s3Fifo = { web07: { 300: 46.0, 1200: 55.1 }, web12: { 300: 53.1, 1200: 70.6 } } as const

/** Percent of the traces' accesses that memory answers. */
export async function hitRatio({ traces }: Bench): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const trace of traceNames) {
    const keys = readTrace(traces, trace)
    for (const capacity of [300, 1200] as const) {
      const own = await ownPercent(keys, capacity)
      const lru = lruPercent(keys, capacity)
      const name = `${trace}, ${capacity.toLocaleString('en')} entries`
      const published = s3Fifo[trace][capacity]
      // The README gives one decimal.
      const goal = { atLeast: Number(Math.max(published - 0.05, lru - 0.5).toFixed(2)) }
      figures.push(
        {
          name,
          value: own,
          unit: `% (S3-FIFO as published ${published} %)`,
          goal,
          peers: { 'lru-cache': lru },
        },
        { name: `${name}: lru-cache`, value: lru, unit: '%' },
      )
    }
  }
  return figures
}

async function ownPercent(keys: readonly string[], maxEntries: number): Promise<number> {
  const cache = createCache({ memory: { maxEntries }, defaults: { ttl: '1d' } })
  let loads = 0
  for (const key of keys)
    await cache.getOrSet(key, () => {
      loads++
      return 1
    })
  await cache.close()
  return 100 * (1 - loads / keys.length)
}

function lruPercent(keys: readonly string[], max: number): number {
  const lru = new LRUCache<string, number>({ max })
  let hits = 0
  for (const key of keys)
    if (lru.get(key) === undefined) lru.set(key, 1)
    else hits++
  return (100 * hits) / keys.length
}
