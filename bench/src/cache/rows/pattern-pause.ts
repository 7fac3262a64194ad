import { createCache } from '@voiceassist/cache'
import type { Bench, Figure } from '../figure.js'
import { spreadOf } from '../side-by-side.js'

/** The longest time that nothing else ran while a pattern is removed from a million entries in memory. */
export async function patternPause({ quick }: Bench): Promise<Figure[]> {
  const entries = quick ? 200_000 : 1_000_000
  const pauses: number[] = []
  const idles: number[] = []
  let walkMs = 0
  for (let round = 0; round < (quick ? 2 : 5); round++) {
    const cache = createCache({ memory: { maxEntries: entries, maxBytes: 2 ** 40 }, defaults: { ttl: '1h' } })
    const load = () => 1
    for (let at = 0; at < entries; at++) await cache.getOrSet(`user:${at % 2 ? 'odd' : 'even'}:${at}`, load)
    const left = () => cache.stats().namespaces.user?.entries ?? 0
    globalThis.gc?.()
    const idleUntil = performance.now() + 300
    idles.push(await longestPause(() => performance.now() > idleUntil))
    const startedAt = performance.now()
    const removed = cache.deletePattern('user:odd:*')
    pauses.push(await longestPause(() => left() <= entries / 2))
    walkMs = performance.now() - startedAt
    await removed
    await cache.close()
  }
  const { median, quartiles } = spreadOf(pauses)
  return [
    { name: 'longest pause', value: median, unit: 'ms', quartiles, goal: { atMost: 20 } },
    { name: 'longest pause while nothing is done', value: spreadOf(idles).median, unit: 'ms' },
    { name: `half of ${entries.toLocaleString('en')} entries gone after`, value: walkMs, unit: 'ms' },
  ]
}

/** Looks at the clock in each turn of the event loop; what ran before the first look counts. */
async function longestPause(done: () => boolean): Promise<number> {
  let longest = 0
  let last = performance.now()
  do {
    await new Promise(resolve => setImmediate(resolve))
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  } while (!done())
  return longest
}
