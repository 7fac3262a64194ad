import { seededRandom } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { atOnce } from '#src/cache/at-once'
import { ChangingSource } from '#src/cache/changing-source'
import { isMet, short } from '#src/cache/report'
import { orderOf, rateRatio, sideBySide, timeRatio } from '#src/cache/side-by-side'

test('each way begins a round as often as every other, and as often ends one', () => {
  const rounds = Array.from({ length: 6 }, (_, round) => orderOf(['a', 'b', 'c'], round))
  for (const at of [0, 2]) expect(rounds.map(order => order[at]).toSorted()).toEqual([...'aabbcc'])
  for (const order of rounds) expect(order.toSorted()).toEqual(['a', 'b', 'c'])
})

test('the rounds that warm up are not counted', async () => {
  let calls = 0
  const way = async (count: number) => {
    calls += count
  }
  const taken = await sideBySide({ way }, 5, 10)
  expect(calls).toBe(70)
  expect(taken.way).toHaveLength(5)
})

test('a ratio is of one round each, so that a slow round is no difference', () => {
  const figure = timeRatio('own', 'of other', [2, 20, 200], [1, 10, 100], { atMost: 2 })
  expect(figure).toEqual({ name: 'own', unit: 'of other', value: 2, quartiles: [2, 2], goal: { atMost: 2 } })
  expect(rateRatio('own', 'of other', [2, 20, 200], [1, 10, 100]).value).toBe(0.5)
})

test('a goal is met at its limits and missed by no number', () => {
  expect([0.9, 0.8999, Number.NaN].map(value => isMet(value, { atLeast: 0.9 }))).toEqual([true, false, false])
  expect([1.25, 1.2501, Number.NaN].map(value => isMet(value, { atMost: 1.25 }))).toEqual([
    true,
    false,
    false,
  ])
})

test('figures are shown with three digits that count', () => {
  expect([0.12345, 12.345, 1234.5, 3].map(short)).toEqual(['0.123', '12.3', '1,235', '3'])
})

test('no more calls are under way than asked for, and each is made once', async () => {
  const seen: number[] = []
  let under = 0
  let most = 0
  await atOnce(4, 10, async at => {
    seen.push(at)
    most = Math.max(most, ++under)
    await Promise.resolve()
    under--
  })
  expect(most).toBe(4)
  expect(seen).toEqual([...Array(10).keys()])
})

test('a source changes as often as it was told', () => {
  const source = new ChangingSource(seededRandom(3))
  source.version('key', 60_000, 0)
  const changes = source.version('key', 60_000, 60_000 * 10_000)
  expect(changes).toBeGreaterThan(9700)
  expect(changes).toBeLessThan(10_300)
})
