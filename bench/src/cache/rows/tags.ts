import { createCache } from '@voiceassist/cache'
import { Redis } from 'ioredis'
import { atOnce } from '../at-once.js'
import type { Bench, Figure } from '../figure.js'
import { partitionedTier } from '../internal.js'
import { spreadOf } from '../side-by-side.js'
import { trusted } from '../trusted.js'

const partitionCounts = [1, 16, 64] as const

/** Invalidations of a tag, each of which reaches every partition, by how many there are. */
export async function tags({ quick, redis }: Bench): Promise<Figure[]> {
  const url = await redis()
  const createTier = await partitionedTier()
  const figures: Figure[] = []
  const calls = quick ? 200 : 1000
  for (const partitions of partitionCounts) {
    const cache = createCache({
      prefix: `tags${partitions}`,
      remote: createTier({ url }, partitions),
      remoteTimeoutMs: 5000,
    })
    await trusted(cache)
    const listener = new Redis(url)
    let messages = 0
    listener.on('pmessageBuffer', () => messages++)
    const rates = { 1: [] as number[], 64: [] as number[] }
    for (let round = 0; round < 5; round++)
      for (const width of [1, 64] as const) {
        const startedAt = performance.now()
        await atOnce(width, calls, at => cache.invalidateTags([`org:${at % 100}`]))
        rates[width].push((calls * 1000) / (performance.now() - startedAt))
      }
    await listener.psubscribe(`*tags${partitions}*`)
    const before = messages
    for (let at = 0; at < 100; at++) await cache.invalidateTags([`org:${at}`])
    await listener.ping()
    figures.push(
      { name: `${partitions} partitions, one at a time`, value: spreadOf(rates[1]).median, unit: 'a second' },
      { name: `${partitions} partitions, 64 in flight`, value: spreadOf(rates[64]).median, unit: 'a second' },
      { name: `${partitions} partitions, messages of one`, value: (messages - before) / 100, unit: '' },
    )
    listener.disconnect()
    await cache.close()
  }
  return figures
}
