import { seededRandom, testSeed } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { calibrate, type LabelledPair, measureReuse } from '#src/similar/calibrate'
import { questionFeatures } from '#src/similar/question-features'
import { similarityOf } from '#src/similar/similarity'

const features = questionFeatures('Is rest good for a sprained ankle?')
/** Of the same words, so that the order of similarities is that of the cosines. */
const pair = (cosine: number, same: boolean, group = String(cosine)): LabelledPair => ({
  cosine,
  a: features,
  b: features,
  same,
  group,
})
const similarityAt = (cosine: number) => similarityOf({ cosine, a: features, b: features }).similarity
/** From 0.99 down in equal steps. */
const pairs = (labels: readonly boolean[]) => labels.map((same, index) => pair(0.99 - index * 0.0002, same))
const labels = (count: number, wrong: readonly number[]) =>
  Array.from({ length: count }, (_, index) => !wrong.includes(index))

describe('calibrate', () => {
  test('takes the lowest threshold at which the precision holds', () => {
    // 1 of 150 is wrong at 150 pairs, 2 of 200 at 200, 3 of 201 behind them.
    const given = pairs(labels(300, [100, 180, 200, 201, 202, 203, 204, 205, 206]))
    const found = calibrate(given, { precision: 0.99 })
    expect(found).toMatchObject({ pairs: 300, same: 291, reused: 200, wrong: 2, precision: 0.99 })
    expect(found.threshold).toBe(similarityAt(given[199]!.cosine))
    expect(found.reuse).toBeCloseTo(198 / 291)
    expect(found.reuseOfAll).toBeCloseTo(200 / 300)
    expect(found.precisionAtLeast).toBeGreaterThan(0.96)
    expect(found.precisionAtLeast).toBeLessThan(0.99)
    expect(measureReuse(given, found.threshold)).toMatchObject({ reused: 200, wrong: 2 })
  })

  test('pairs in another order get the same threshold; equal ones go together', () => {
    const given = pairs(labels(300, [150, 200, 201, 202, 203, 204, 205]))
    const { threshold } = calibrate(given, { precision: 0.99 })
    expect(calibrate([...given].reverse(), { precision: 0.99 }).threshold).toBe(threshold)
    // 100 right ones, then 5 wrong ones as similar as 5 right ones: not one of the ten is reused.
    const equals = [
      ...pairs(labels(100, [])),
      ...Array.from({ length: 10 }, (_, index) => pair(0.9, index % 2 === 0, `equal ${index}`)),
    ]
    expect(calibrate(equals, { precision: 0.99 })).toMatchObject({ reused: 100, wrong: 0 })
  })

  test('what a guard refuses is no reuse, however near', () => {
    const refused = {
      ...pair(0.999, false),
      b: questionFeatures('Is rest bad and not good for a sprained ankle?'),
    }
    const found = calibrate([...pairs(labels(200, [])), ...Array(50).fill(refused)], { precision: 0.99 })
    expect(found).toMatchObject({ pairs: 250, reused: 200, wrong: 0 })
  })

  test('is cross-validated on pairs that the threshold was not chosen on', () => {
    const random = seededRandom(testSeed('calibration'))
    // The precision above cosine c is known: P(same) rises from 0 at 0.75 to 1 at 0.95.
    const drawn = Array.from({ length: 4000 }, (_, index) => {
      const cosine = 0.75 + random() * 0.24
      return pair(cosine, random() < (cosine - 0.75) / 0.2, `group ${index}`)
    })
    const found = calibrate(drawn, { precision: 0.95 })
    expect(found.precision).toBeGreaterThanOrEqual(0.95)
    // (0.04 + 0.2 - width²/0.4…) the mean of P above c is 0.95 at c = 0.889.
    expect(Math.abs(found.threshold - similarityAt(0.889))).toBeLessThan(0.05)
    expect(found.crossValidated.pairs).toBe(4000)
    expect(found.crossValidated.precision).toBeGreaterThan(0.92)
    expect(found.crossValidated.precision).toBeLessThan(0.98)
    expect(found.crossValidated.precisionAtLeast).toBeLessThan(found.crossValidated.precision)
  })

  test.each([
    ['too few pairs', pairs(labels(99, [5])), 0.99, 'RAG_CALIBRATION_FAILED', /at least 100 pairs.*99/],
    [
      'one label',
      pairs(labels(200, [])).map(item => ({ ...item, same: false })),
      0.9,
      'RAG_CALIBRATION_FAILED',
      /both labels/,
    ],
    [
      'a precision out of reach',
      pairs(labels(200, [0, 1, 2, 3, 4])),
      0.99,
      'RAG_CALIBRATION_FAILED',
      /No threshold/,
    ],
    [
      'a precision that 60 right ones cannot tell',
      pairs(
        labels(
          200,
          [...Array(140).keys()].map(index => index + 60),
        ),
      ),
      0.99,
      'RAG_CALIBRATION_FAILED',
      /No threshold/,
    ],
    ['no precision', pairs(labels(200, [199])), 1, 'RAG_REQUEST_INVALID', /0\.5 to 0\.999/],
    [
      'a precision that is no number',
      pairs(labels(200, [199])),
      Number.NaN,
      'RAG_REQUEST_INVALID',
      /precision/,
    ],
  ])('refuses %s', (_, given, precision, code, message) => {
    expect(() => calibrate(given, { precision })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message), remedy: expect.any(String) }),
    )
  })
})
