import { expect, test } from 'vitest'
import { type AskedQuestion, AskedSearches } from '#src/warm/asked-searches'

const dayMs = 86_400_000

function question(queryId: string): AskedQuestion {
  const rest = { filters: undefined, features: undefined, question: undefined }
  return { queryId, tenant: '', topK: 1, scoreThreshold: 0, vector: new Float32Array(25), ...rest }
}

test('a score halves in a day, and a clock that goes back takes nothing away', () => {
  const asked = new AskedSearches({ searches: 10, bytes: 1e6 })
  for (let time = 0; time < 3; time++) asked.add('old', question('old'), 0)
  asked.add('new', question('new'), 2 * dayMs)
  asked.add('new', question('new'), 3 * dayMs)
  const scores = (nowMs: number) => asked.ranked(nowMs).map(([key, { score }]) => [key, score])
  expect(scores(0)).toEqual([
    ['old', 3],
    ['new', 1.5],
  ])
  expect(scores(3 * dayMs)).toEqual([
    ['new', 1.5],
    ['old', 3 / 8],
  ])
})

test('of too many, or too large ones, the least asked are forgotten', () => {
  for (const limits of [
    { searches: 10, bytes: 1e6 },
    { searches: 1000, bytes: 5000 },
  ]) {
    const asked = new AskedSearches(limits)
    for (let at = 0; at < 3; at++) asked.add('often', question('often'), 0)
    for (let at = 0; at < 100; at++) {
      asked.add(`k${at}`, question(`${at}`), at)
      expect(asked.size).toBeLessThan(13)
    }
    expect(asked.ranked(100)[0]?.[0]).toBe('often')
  }
})
