import { seededRandom, testSeed } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { DurationSketch } from '#src/stats/duration-sketch'
import { FrequentNames } from '#src/stats/frequent-names'

const exact = (sorted: readonly number[], share: number) =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number

test('quantiles are right to 5 % from 1 µs to 1000 s, merged or not', () => {
  const random = seededRandom(testSeed('durations'))
  for (let round = 0; round < 200; round++) {
    const [low, span] = [-3 + 9 * random(), 3 * random()]
    const durations = Array.from({ length: 1 + Math.floor(random() * 500) }, () =>
      Math.min(1e6, 10 ** Math.min(6, low + span * random())),
    )
    const [all, half, rest] = [new DurationSketch(), new DurationSketch(), new DurationSketch()]
    durations.forEach((ms, index) => {
      all.add(ms)
      ;(index % 2 ? half : rest).add(ms)
    })
    half.merge(rest)
    durations.sort((a, b) => a - b)
    for (const share of [0, 0.01, 0.5, 0.95, 0.99, 1]) {
      const right = exact(durations, share)
      expect(Math.abs(all.quantile(share) - right) / right).toBeLessThanOrEqual(0.0500001)
      expect(half.quantile(share)).toBe(all.quantile(share))
    }
    expect(all.quantiles().max).toBe(durations.at(-1))
  }
})

test('none, zero, and what is beyond', () => {
  const sketch = new DurationSketch()
  expect(sketch.quantiles()).toEqual({ p50: 0, p95: 0, p99: 0, max: 0 })
  sketch.add(0)
  expect(sketch.quantile(0.5)).toBe(0)
  sketch.add(5e9)
  expect(sketch.quantiles().max).toBe(5e9)
  expect(sketch.quantile(1)).toBeGreaterThan(0.94e6)
  sketch.clear()
  expect(sketch.count).toBe(0)
})

test('the most frequent of many names, in few places', () => {
  const names = new FrequentNames(8)
  expect(names.top).toBe('')
  for (let index = 0; index < 10_000; index++) names.add(index % 4 === 0 ? 'top' : `other ${index}`)
  expect(names.top).toBe('top')
})
