import type { EntryOptions } from '@voiceassist/cache'
import { FakeClock, seededRandom } from '@voiceassist/testkit'
import { ChangingSource } from '../changing-source.js'
import type { Bench, Figure } from '../figure.js'
import { cacheAtTime } from '../internal.js'

/** Mean time between two changes of a value, by class of keys. */
const classes = { minutely: 60_000, hourly: 3_600_000, daily: 86_400_000 } as const
const keysOfClass = 50
const requestsPerSecond = 5

const settings: Readonly<Record<string, EntryOptions>> = {
  '10 s': { ttl: '10s' },
  '30 s': { ttl: '30s' },
  '1 min': { ttl: '1m' },
  '5 min': { ttl: '5m' },
  '1 h': { ttl: '1h' },
  adaptive: { ttl: 'adaptive', adaptive: { min: '5s', max: '2h' } },
}

/** A simulated day over a source that changes by itself and tells nobody: stale hits, and loads. */
export async function adaptiveTtl({ quick }: Bench): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [name, options] of Object.entries(settings)) {
    const { stale, loads } = await simulate(options, quick ? 2 : 24)
    figures.push(
      { name: `ttl ${name}: answers that were out of date`, value: stale, unit: '%' },
      { name: `ttl ${name}: loads`, value: loads, unit: '% of requests' },
    )
  }
  return figures
}

async function simulate(options: EntryOptions, hours: number): Promise<{ stale: number; loads: number }> {
  const clock = new FakeClock()
  const random = seededRandom(7)
  const source = new ChangingSource(seededRandom(11))
  const cache = await cacheAtTime({ defaults: options }, clock, random)
  const names = Object.keys(classes) as (keyof typeof classes)[]
  const requests = hours * 3600 * requestsPerSecond
  let stale = 0
  let loads = 0
  for (let at = 0; at < requests; at++) {
    await clock.advance(1000 / requestsPerSecond)
    const kind = names[Math.floor(random() * names.length)] as keyof typeof classes
    // Some keys are asked for much more than others.
    const key = `${kind}:${Math.floor(keysOfClass * random() ** 3)}`
    const now = () => source.version(key, classes[kind], clock.monotonic())
    const found = await cache.getOrSet(key, () => {
      loads++
      return now()
    })
    if (found !== now()) stale++
  }
  await cache.close()
  return { stale: (100 * stale) / requests, loads: (100 * loads) / requests }
}
