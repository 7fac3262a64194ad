import { expect, test } from 'vitest'
import { findReuse } from '#src/similar/find-reuse'
import { questionFeatures } from '#src/similar/question-features'
import { ReuseBars } from '#src/similar/reuse-bars'
import { type ReuseSetting, thresholdOf } from '#src/similar/reuse-setting'
import { similarityOf, similarityVersion } from '#src/similar/similarity'

const question = questionFeatures('How is gout treated?')
const same = questionFeatures('How is gout treated usually?')
const other = questionFeatures('How is asthma treated?')

test('the most similar candidate that nothing refuses is reused, and refusals are counted', () => {
  const found = findReuse(
    question,
    [
      { key: 'near', cosine: 0.95, features: same },
      { key: 'nearest', cosine: 0.97, features: same },
      { key: 'named otherwise', cosine: 0.99, features: other },
      { key: 'below', cosine: 0.76, features: same },
      { key: 'far', cosine: 0.2, features: same },
      { key: 'barred', cosine: 0.98, features: same, bar: 1 },
    ],
    similarityOf({ cosine: 0.9, a: question, b: same }).similarity,
  )
  expect(found.reuse).toEqual({
    key: 'nearest',
    similarity: similarityOf({ cosine: 0.97, a: question, b: same }).similarity,
  })
  expect(found.refused).toMatchObject({ names: 1, threshold: 1, cosine: 1, bar: 1, numbers: 0 })
  expect(findReuse(question, [], 0).reuse).toBeUndefined()
})

test('an entry whose reuse was wrong is reused only above that similarity', () => {
  const bars = new ReuseBars()
  const at = (cosine: number) => {
    const bar = bars.barOf('entry')
    const candidate = { key: 'entry', cosine, features: same, ...(bar === undefined ? {} : { bar }) }
    return findReuse(question, [candidate], 0.5).reuse
  }
  const wrong = at(0.95)!
  expect(bars.raise('entry', wrong.similarity)).toBe(wrong.similarity)
  expect(at(0.95)).toBeUndefined()
  expect(at(0.96)).toBeDefined()
  // A lower one does not lower it.
  bars.raise('entry', wrong.similarity / 2)
  expect(at(0.95)).toBeUndefined()
  bars.forget('entry')
  expect(at(0.95)).toBeDefined()
})

test('bars are bounded: that which was raised longest ago is forgotten', () => {
  const bars = new ReuseBars(2)
  bars.raise('a', 0.9)
  bars.raise('b', 0.9)
  bars.raise('a', 0.8)
  bars.raise('c', 0.9)
  expect([bars.size, bars.barOf('a'), bars.barOf('b'), bars.barOf('c')]).toEqual([2, 0.9, undefined, 0.9])
})

test('a threshold is of one model and one version of the similarity', () => {
  const setting: ReuseSetting = {
    threshold: 0.8,
    precision: 0.99,
    model: 'a',
    dimensions: 2,
    similarityVersion,
    calibratedAt: '2026-01-01T00:00:00.000Z',
  }
  expect(thresholdOf(setting, { name: 'a', dimensions: 2 })).toBe(0.8)
  for (const [changed, model] of [
    [setting, { name: 'b', dimensions: 2 }],
    [setting, { name: 'a', dimensions: 3 }],
    [
      { ...setting, similarityVersion: similarityVersion + 1 },
      { name: 'a', dimensions: 2 },
    ],
  ] as const)
    expect(() => thresholdOf(changed, model)).toThrow(
      expect.objectContaining({
        code: 'RAG_CALIBRATION_OTHER',
        remedy: expect.stringContaining('rag calibrate'),
      }),
    )
})
