import { createCache } from '@voiceassist/cache'
import { redisTier } from '@voiceassist/cache/redis'
import { atOnce } from '../at-once.js'
import type { Bench, Figure } from '../figure.js'
import { RawRedis } from '../raw-redis.js'
import { rateRatio, sideBySide, spreadOf } from '../side-by-side.js'
import { trusted } from '../trusted.js'

const width = 64
const batch = 100
const keyCount = 2000

/** Hits in the second tier, beside plain GET and MGET of the same values. */
export async function remoteHit({ quick, redis }: Bench): Promise<Figure[]> {
  const url = await redis()
  const raw = new RawRedis(url)
  const cache = createCache({
    memory: { maxEntries: 10 },
    remote: redisTier({ url }),
    remoteTimeoutMs: 2000,
    namespaces: { far: { ttl: '1h', memory: false }, both: { ttl: '1h' } },
  })
  await trusted(cache)
  const value = (at: number) => ({ id: at, name: `name of ${at}`, roles: ['reader', 'writer'], active: true })
  const name = (kind: string) => Array.from({ length: keyCount }, (_, at) => `${kind}:${at}`)
  const keys = { far: name('far'), both: name('both'), raw: name('raw') }
  for (let at = 0; at < keyCount; at++) {
    await cache.set(keys.far[at] as string, value(at))
    await cache.set(keys.both[at] as string, value(at))
    await raw.set(keys.raw[at] as string, value(at), 3_600_000)
  }
  let loads = 0
  const loader = () => {
    loads++
    return value(0)
  }
  const slices = (all: readonly string[], at: number) => {
    const from = (at * batch) % keyCount
    return all.slice(from, from + batch)
  }
  let turn = 0
  const single = await sideBySide(
    {
      raw: calls => atOnce(width, calls, at => raw.get(keys.raw[at % keyCount] as string)),
      far: calls => atOnce(width, calls, at => cache.getOrSet(keys.far[at % keyCount] as string, loader)),
      both: calls => atOnce(width, calls, at => cache.getOrSet(keys.both[at % keyCount] as string, loader)),
      get: calls => atOnce(width, calls, at => cache.get(keys.far[at % keyCount] as string)),
    },
    quick ? 11 : 41,
    4000,
  )
  const many = await sideBySide(
    {
      raw: calls => atOnce(1, calls, () => raw.mget(slices(keys.raw, turn++))),
      far: calls => atOnce(1, calls, () => cache.mget(slices(keys.far, turn++))),
      both: calls => atOnce(1, calls, () => cache.mget(slices(keys.both, turn++))),
    },
    quick ? 11 : 41,
    100,
  )
  await cache.close()
  raw.close()
  const get = 'of raw GET, calls a second'
  const mget = 'of raw MGET, calls a second'
  const goal = { atLeast: 0.9 }
  return [
    { name: `raw GET, ${width} in flight`, value: 1e6 / spreadOf(single.raw).median, unit: 'a second' },
    rateRatio(`getOrSet, ${width} in flight`, get, single.far, single.raw, goal),
    rateRatio(`getOrSet, ${width} in flight, and kept in memory`, get, single.both, single.raw),
    rateRatio(`get, ${width} in flight`, get, single.get, single.raw),
    { name: `raw MGET of ${batch}`, value: 1e6 / spreadOf(many.raw).median, unit: 'a second' },
    rateRatio(`mget of ${batch}`, mget, many.far, many.raw, goal),
    rateRatio(`mget of ${batch}, and kept in memory`, mget, many.both, many.raw),
    { name: 'loads', value: loads, unit: '', goal: { atMost: 0 } },
  ]
}
