import { expect, it } from 'vitest'
import { SlidingQuantiles } from '#src/metrics/sliding-quantiles'

const minute = 60_000

it('has quantiles of the last five minutes, to 5 %', () => {
  const quantiles = new SlidingQuantiles()
  expect(quantiles.read(0)).toBeUndefined()
  for (let ms = 1; ms <= 1000; ms++) quantiles.add(ms, ms)
  const { p50, p95, p99, max } = quantiles.read(minute)!
  expect(Math.abs(p50 / 500 - 1)).toBeLessThan(0.05)
  expect(Math.abs(p95 / 950 - 1)).toBeLessThan(0.05)
  expect(Math.abs(p99 / 990 - 1)).toBeLessThan(0.05)
  expect(max).toBe(1000)
})

it('forgets a minute when five have passed, and all of them after a pause', () => {
  const quantiles = new SlidingQuantiles()
  quantiles.add(1000, 0.5 * minute)
  quantiles.add(10, 1.5 * minute)
  expect(quantiles.read(4.9 * minute)!.max).toBe(1000)
  expect(quantiles.read(5.1 * minute)!.max).toBe(10)
  expect(quantiles.read(6.1 * minute)).toBeUndefined()
  quantiles.add(20, 7 * minute)
  quantiles.add(30, 100 * minute)
  expect(quantiles.read(100 * minute)!.max).toBe(30)
  expect(quantiles.read(1000 * minute)).toBeUndefined()
})
