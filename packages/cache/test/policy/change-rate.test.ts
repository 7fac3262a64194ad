import { seededRandom } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { ChangeRate } from '#src/policy/change-rate'

const bounds = { minMs: 1000, maxMs: 1_000_000 }

/** Looks at a source that changes by a Poisson process, at the intervals given. */
function watched(perMs: number, intervalMs: () => number, looks = 2000): ChangeRate {
  const random = seededRandom(11)
  const rate = new ChangeRate()
  for (let look = 0; look < looks; look++) {
    const elapsedMs = intervalMs()
    rate.observe(random() < 1 - Math.exp(-perMs * elapsedMs), elapsedMs)
  }
  return rate
}

describe('the rate of change', () => {
  test.each([1 / 5000, 1 / 60_000, 1 / 600_000])(
    'is found when looked at in time: %f a millisecond',
    perMs => {
      const found = watched(perMs, () => 0.5 / perMs).perMs as number
      expect(found / perMs).toBeGreaterThan(0.7)
      expect(found / perMs).toBeLessThan(1.4)
    },
  )

  test('follows a source that begins to change faster', () => {
    const rate = watched(1 / 600_000, () => 60_000)
    const before = rate.ttlMs(bounds)
    for (let look = 0; look < 200; look++) rate.observe(true, 5000)
    expect(rate.ttlMs(bounds)).toBeLessThan(before / 3)
  })

  test('asks for the shortest lifetime while nothing is known, and keeps to the bounds', () => {
    expect(new ChangeRate().ttlMs(bounds)).toBe(bounds.minMs)
    expect(watched(1 / 10, () => 5000).ttlMs(bounds)).toBe(bounds.minMs)
    expect(watched(0, () => 1_000_000).ttlMs(bounds)).toBe(bounds.maxMs)
  })
})
