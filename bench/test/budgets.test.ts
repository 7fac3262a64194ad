import { seededRandom } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { projectRoot, readBudgets } from '#src/budget/budgets'
import { judge, mostFalseAlarms } from '#src/budget/compare-builds'
import { hotPathNames } from '#src/budget/hot-paths'
import { measureBesideFloor } from '#src/budget/measure-hot-path'
import { medianBounds } from '#src/budget/median-bounds'

const { paths, rounds, reference } = await readBudgets()
const error = mostFalseAlarms / hotPathNames.length

// By processor time, in a process of its own, with limits that are far off: a busy machine breaks none of them.
test.each(hotPathNames)('%s keeps to its allocations, and to a wide limit of its time', async name => {
  const { microseconds, floor, bytes } = await measureBesideFloor(name, projectRoot)
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThan(paths[name].mostBytes)
  expect(microseconds / floor).toBeLessThan(paths[name].mostOfFloor)
})

test('there is a budget for each hot path, and a full hash to compare with', () => {
  expect(Object.keys(paths).toSorted()).toEqual(hotPathNames.toSorted())
  expect(reference).toMatch(/^[0-9a-f]{40}$/)
})

describe('medianBounds', () => {
  test('are those of the tables of the sign test', () => {
    const values = Array.from({ length: 20 }, (_, at) => at + 1)
    // For n = 20 and at most 2.5 % on each side: the 6th and the 15th value, 2.07 %.
    const { median, above, below, error } = medianBounds(values, 0.025)
    expect([median, above, below]).toEqual([10.5, 6, 15])
    expect(error).toBeCloseTo(0.0207, 4)
  })

  test('refuse what is too little', () => {
    expect(() => medianBounds([1, 2, 3], 0.01)).toThrow('3 values are too few')
  })
})

describe('a verdict on ratios', () => {
  // Noise of 6 %, skewed as that of a busy machine.
  const ratiosAround = (median: number, random: () => number) =>
    Array.from({ length: rounds }, () => median * Math.exp(0.12 * (random() + random() ** 3 - 0.625)))
  const shareSlower = (median: number, limit: number) => {
    const random = seededRandom(1)
    const trials = Array.from({ length: 4000 }, () => judge(ratiosAround(median, random), limit, error))
    return trials.filter(({ isSlower }) => isSlower).length / trials.length
  }

  test('calls the same code slower in less than one of a thousand checks', () => {
    expect(shareSlower(1, 1.05)).toBeLessThan(0.001)
  })

  test('finds a slow-down of 15 % nearly always', () => {
    expect(shareSlower(1.15, 1.05)).toBeGreaterThan(0.95)
  })
})
