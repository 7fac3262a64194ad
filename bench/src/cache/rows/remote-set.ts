import { createCache } from '@voiceassist/cache'
import { redisTier } from '@voiceassist/cache/redis'
import { atOnce } from '../at-once.js'
import type { Bench, Figure } from '../figure.js'
import { RawRedis } from '../raw-redis.js'
import { rateRatio, sideBySide, spreadOf } from '../side-by-side.js'
import { trusted } from '../trusted.js'

const ttlMs = 3_600_000

/** `set` through both tiers, which is an invalidation and a fill in one script, beside a plain SET with a TTL. */
export async function remoteSet({ quick, redis }: Bench): Promise<Figure[]> {
  const url = await redis()
  const raw = new RawRedis(url)
  const cache = createCache({
    remote: redisTier({ url }),
    remoteTimeoutMs: 2000,
    namespaces: { set: { ttl: '1h' } },
  })
  await trusted(cache)
  const value = (at: number) => ({ id: at, name: `name of ${at}`, roles: ['reader', 'writer'], active: true })
  const measure = (width: number, calls: number) =>
    sideBySide(
      {
        raw: count => atOnce(width, count, at => raw.set(`rawset:${at % 1000}`, value(at), ttlMs)),
        cache: count => atOnce(width, count, at => cache.set(`set:${at % 1000}`, value(at))),
      },
      quick ? 11 : 41,
      calls,
    )
  const many = await measure(64, 2000)
  const one = await measure(1, 300)
  await cache.close()
  raw.close()
  const unit = 'of raw SET, calls a second'
  return [
    { name: 'raw SET, 64 in flight', value: 1e6 / spreadOf(many.raw).median, unit: 'a second' },
    rateRatio('set, 64 in flight', unit, many.cache, many.raw, { atLeast: 0.45 }),
    { name: 'raw SET, one at a time', value: 1e6 / spreadOf(one.raw).median, unit: 'a second' },
    rateRatio('set, one at a time', unit, one.cache, one.raw, { atLeast: 0.7 }),
  ]
}
