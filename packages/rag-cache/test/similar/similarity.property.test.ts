import { testSeed } from '@voiceassist/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { questionFeatures } from '#src/similar/question-features'
import { similarityOf } from '#src/similar/similarity'

const seed = testSeed('similarity of questions')
const numRuns = process.env.TEST_LONG ? 20_000 : 200
const word = fc.constantFrom(
  ...`what is the a can I take does my daughter aspirin metformin asthma diabetes AIDS HIV safe dangerous left right
  before after cause treat prevent symptoms than to pain fever 5 500 mg two weeks type 2 stage without not no surgery
  ? . , ; knee increase blood pressure heart attack hyperglycemia how long side effects of`.split(/\s+/),
)
const question = fc.array(word, { minLength: 1, maxLength: 20 }).map(words => words.join(' '))
const cosine = fc.double({ min: -1, max: 1, noNaN: true })
const of = (a: string, b: string, cos: number) =>
  similarityOf({ cosine: cos, a: questionFeatures(a), b: questionFeatures(b) })

test('a question is as similar to itself as can be, and nothing refuses it', () => {
  fc.assert(
    fc.property(fc.oneof(question, fc.string({ unit: 'grapheme', maxLength: 200 })), text => {
      expect(of(text, text, 1)).toEqual({ similarity: 1 })
    }),
    { seed, numRuns, examples: [['prevent to stage heart stage to prevent what']] },
  )
})

test('two questions are as similar one way as the other, from 0 to 1, and by what is JSON', () => {
  fc.assert(
    fc.property(question, question, cosine, (a, b, cos) => {
      const one = of(a, b, cos)
      expect(of(b, a, cos)).toEqual(one)
      expect(one.similarity).toBeGreaterThanOrEqual(0)
      expect(one.similarity).toBeLessThanOrEqual(1)
      const kept = questionFeatures(a)
      expect(JSON.parse(JSON.stringify(kept))).toEqual(kept)
    }),
    { seed, numRuns },
  )
})

test('a higher cosine is never less similar', () => {
  fc.assert(
    fc.property(question, question, cosine, cosine, (a, b, one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)]
      expect(of(a, b, high).similarity).toBeGreaterThanOrEqual(of(a, b, low).similarity)
    }),
    { seed, numRuns },
  )
})

test('a negation refuses', () => {
  const affirmed = question.filter(text => !/\b(not?|without|never)\b/.test(text))
  fc.assert(
    fc.property(affirmed, text => {
      const [a, b] = [
        `Can ${text.replace(/[?.;]/g, '')} help?`,
        `Can ${text.replace(/[?.;]/g, '')} not help?`,
      ]
      expect(of(a, b, 1).refusedBy).toBeDefined()
    }),
    { seed, numRuns },
  )
})

test('a question of any length is read in bounded time and kept in bounded space', () => {
  for (const text of [
    'a1 '.repeat(100_000),
    'x'.repeat(1_000_000),
    'not mg 5 '.repeat(50_000),
    'what '.repeat(90_000),
  ])
    expect(JSON.stringify(questionFeatures(text)).length).toBeLessThan(64 * 1024)
})
