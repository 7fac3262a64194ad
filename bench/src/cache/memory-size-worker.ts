import { createCache } from '@voiceassist/cache'
import { LRUCache } from 'lru-cache'

/** A process that holds entries in one way, and says how many bytes each takes: `argv` is the way and the entries. */
const [way, count, kind] = process.argv.slice(2) as [string, string, string]
const entries = Number(count)
const ttlMs = 3_600_000

const value = (at: number) =>
  kind === 'text'
    ? `${'text of some length '.repeat(5)}${at}`.slice()
    : { id: at, name: `name of ${at}`, active: true }

async function fill(): Promise<unknown> {
  if (way === 'lru-cache') {
    const sizeCalculation = () => 200
    const lru = new LRUCache<string, unknown & {}>({
      max: entries,
      maxSize: 2 ** 40,
      sizeCalculation,
      ttl: ttlMs,
    })
    for (let at = 0; at < entries; at++) lru.set(`user:${at}`, value(at))
    return lru
  }
  const cache = createCache({
    memory: { maxEntries: entries, maxBytes: 2 ** 40 },
    defaults: { ttl: '1h' },
  })
  for (let at = 0; at < entries; at++) await cache.getOrSet(`user:${at}`, () => value(at))
  return cache
}

async function usedBytes(): Promise<number> {
  for (let at = 0; at < 4; at++) {
    await new Promise(resolve => setTimeout(resolve, 10))
    globalThis.gc?.()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const before = await usedBytes()
const held = await fill()
const after = await usedBytes()
process.send?.((after - before) / entries)
// Named here, so that it is held until now.
if (held === undefined) process.exitCode = 1
process.disconnect()
