import { createCache } from '@voiceassist/cache'
import { cacheDecorators } from '@voiceassist/cache/decorators'
import { redisTier } from '@voiceassist/cache/redis'
import type { Bench, Figure } from '../figure.js'
import { spreadOf } from '../side-by-side.js'
import { trusted } from '../trusted.js'

const loadMs = 5

/** A decorated function that takes about 5 ms: what its first call costs beside that, and what repeats save. */
export async function decorator({ quick, redis }: Bench): Promise<Figure[]> {
  const url = await redis()
  const alone = createCache({ defaults: { ttl: '1h' } })
  const both = createCache({ remote: redisTier({ url }), remoteTimeoutMs: 2000, defaults: { ttl: '1h' } })
  await trusted(both)
  const figures: Figure[] = []
  for (const [name, cache] of Object.entries({ 'memory alone': alone, 'both tiers': both })) {
    let ownMs = 0
    const slow = async (id: number, options: { deep: boolean }) => {
      const startedAt = performance.now()
      await new Promise(resolve => setTimeout(resolve, loadMs))
      ownMs = performance.now() - startedAt
      return { id, ...options }
    }
    const cached = cacheDecorators(cache).cacheResult(slow, { name: 'slow', namespace: 'slow' })
    const overheads: number[] = []
    const savings: number[] = []
    for (let id = -10; id < (quick ? 30 : 200); id++) {
      const [first, load] = [await msOf(() => cached(id, { deep: true })), ownMs]
      const repeat = await msOf(() => cached(id, { deep: true }))
      if (id < 0) continue
      overheads.push(first - load)
      savings.push(100 * (1 - repeat / load))
    }
    const overhead = spreadOf(overheads)
    const saving = spreadOf(savings)
    figures.push(
      {
        name: `first call's overhead, ${name}`,
        value: overhead.median,
        quartiles: overhead.quartiles,
        unit: 'ms',
        goal: { atMost: 1 },
      },
      {
        name: `repeats are quicker by, ${name}`,
        value: saving.median,
        quartiles: saving.quartiles,
        unit: '%',
        goal: { atLeast: 95 },
      },
    )
  }
  await alone.close()
  await both.close()
  return figures
}

async function msOf(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await call()
  return performance.now() - startedAt
}
