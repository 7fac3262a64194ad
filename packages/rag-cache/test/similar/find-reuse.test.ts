import { expect, test } from 'vitest'
import { findReuse } from '#src/similar/find-reuse'
import { questionFeatures } from '#src/similar/question-features'
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
