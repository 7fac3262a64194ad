import { describe, expect, test } from 'vitest'
import { changeOf, median } from '#src/advice/compare-times'

describe('comparing times', () => {
  test.each([
    ['faster', [10, 11, 10, 12, 10], [5, 6, 5, 5, 7]],
    ['slower', [10, 11, 10, 12, 10], [13, 14, 15, 13, 16]],
    ['same', [10, 11, 10, 12, 10], [10, 11, 9, 12, 11]],
    // One round that something else disturbed.
    ['faster', [10, 11, 10, 12, 10], [5, 6, 50, 5, 7]],
    ['slower', [10, 11, 90, 12, 10], [13, 14, 15, 13, 16]],
    // A tenth is noise, and so are rounds that disagree, and what no clock tells apart.
    ['same', [10, 10, 10, 10, 10], [10.9, 10.9, 10.9, 10.9, 10.9]],
    ['same', [10, 20, 5, 30, 10], [8, 22, 4, 31, 7]],
    ['same', [10, 20, 10, 20, 15], [18, 19, 19, 11, 18]],
    ['same', [0.02, 0.02, 0.02], [0.06, 0.06, 0.06]],
  ] as const)('%s', (change, beforeMs, afterMs) => {
    expect(changeOf({ beforeMs, afterMs })).toBe(change)
  })

  test('the median of an even number of times lies between the middle two', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })
})
