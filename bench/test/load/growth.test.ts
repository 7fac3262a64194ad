import { seededRandom } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { growthOf, type Point } from '#src/load/growth'

const tolerance = { share: 0.1, least: 8 }

/** A heap of 100 that garbage fills and collections empty, with what `more` adds over time. */
function heap(seed: number, more: (share: number) => number, points = 240): Point[] {
  const random = seededRandom(seed)
  return Array.from({ length: points }, (_, at) => ({
    at,
    value: 100 + 4 * ((at * 7) % 13) + 12 * (random() - 0.5) + more(at / points),
  }))
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('noise and a sawtooth are steady (seed %d)', seed => {
  expect(
    growthOf(
      heap(seed, () => 0),
      tolerance,
    ),
  ).toMatchObject({ isSteady: true })
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])('a leak is found (seed %d)', seed => {
  expect(
    growthOf(
      heap(seed, share => 80 * share),
      tolerance,
    ),
  ).toMatchObject({ isSteady: false })
})

test('what fills at first and one outlier are no growth', () => {
  const filling = heap(1, share => Math.min(60, 200 * share))
  const outlier = filling.map(point => (point.at === 239 ? { ...point, value: 5000 } : point))
  expect(growthOf(outlier, tolerance)).toMatchObject({ isSteady: true })
})

test('one handle more now and then is found', () => {
  const handles = Array.from({ length: 120 }, (_, at) => ({ at, value: 30 + Math.floor(at / 6) }))
  expect(growthOf(handles, { share: 0.1, least: 5 })).toMatchObject({ isSteady: false })
})

test('a series too short to say is not steady, and none is none', () => {
  expect(
    growthOf(
      heap(1, () => 0, 30),
      tolerance,
    ),
  ).toMatchObject({ isSteady: false, growth: Number.NaN })
  expect(growthOf([], tolerance)).toBeUndefined()
})
