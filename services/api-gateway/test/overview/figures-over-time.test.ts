import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CounterRates } from '#src/overview/counter-rates'
import { HistogramDelta } from '#src/overview/histogram-delta'
import { PanelSeries } from '#src/overview/panel-series'

it('reads quantiles as Prometheus does, of what came since the last look', () => {
  const delta = new HistogramDelta([1, 2, 4])
  delta.look([5, 0, 0, 0])
  expect(delta.quantile(0.5)).toBe(0.5)
  delta.look([5, 0, 0, 0])
  expect(delta.quantile(0.5)).toBeUndefined()
  delta.look([5, 2, 0, 0], [0, 0, 2, 0])
  expect(delta.quantile(0.5)).toBe(2)
  expect(delta.quantile(0.75)).toBe(3)
  expect(delta.quantile(1)).toBe(4)
  delta.look([5, 2, 0, 3], [0, 0, 2, 0])
  expect(delta.quantile(0.5)).toBe(4) // beyond all bounds
})

it('reads a quantile between the bounds of the bucket that holds it', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7, 8]
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 8, noNaN: true }), { minLength: 1, maxLength: 50 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (values, share) => {
        const delta = new HistogramDelta(bounds)
        const counts = [...bounds, 9].map(
          bound => values.filter(value => value <= bound && value > bound - 1).length,
        )
        delta.look(counts)
        const exact = values.toSorted((a, b) => a - b)[Math.ceil(share * values.length - 1e-9) - 1]!
        expect(Math.abs(delta.quantile(share)! - exact)).toBeLessThanOrEqual(1)
      },
    ),
  )
})

it('counts the growth of a minute, and of an interval', () => {
  const [minute, interval] = [new CounterRates(60_000), new CounterRates(0)]
  const look = (rates: CounterRates, count: number, atMs: number) => {
    const { grown, overMs } = rates.look(new Map([['slow', count]]), atMs)
    return [grown.get('slow'), overMs]
  }
  expect([look(minute, 3, 0), look(interval, 3, 0)]).toEqual([
    [undefined, 0],
    [undefined, 0],
  ])
  expect([look(minute, 5, 30_000), look(interval, 5, 30_000)]).toEqual([
    [2, 30_000],
    [2, 30_000],
  ])
  expect([look(minute, 6, 60_000), look(interval, 6, 60_000)]).toEqual([
    [3, 60_000],
    [1, 30_000],
  ])
  expect(look(minute, 6, 62_000)).toEqual([1, 32_000])
  expect(look(minute, 9, 200_000)).toEqual([3, 138_000]) // no look within the minute
})

it('shows the highest series, keeps their places, and changes them only now and then', () => {
  const series = new PanelSeries({ series: [], most: 2 })
  const see = (values: Record<string, number>, atMs: number) => [
    series.see(new Map(Object.entries(values)), atMs),
    ...series.labels,
  ]
  expect(see({}, 0)).toEqual([false])
  expect(see({ a: 1 }, 2000)).toEqual([true, 'a'])
  expect(see({ a: 1, b: 3 }, 4000)).toEqual([true, 'a', 'b'])
  expect(see({ a: 1, b: 3, c: 2 }, 6000)).toEqual([false, 'a', 'b'])
  expect(see({ a: 1, b: 3, c: 2 }, 34_000)).toEqual([true, 'c', 'b'])
  expect(see({ b: 3 }, 80_000)).toEqual([false, 'c', 'b'])
})
