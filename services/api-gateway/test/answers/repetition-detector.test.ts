import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RepetitionDetector } from '#src/answers/repetition-detector'

const sentence = 'Take one tablet of the medicine in the morning with a glass of water and some food. '
const repeats = (...pieces: string[]) =>
  pieces.some(
    (
      detector => piece =>
        detector.push(piece)
    )(new RepetitionDetector()),
  )

test('a text that comes a fourth time is a loop, whatever is between and whatever its case', () => {
  expect(repeats(sentence.repeat(3))).toBe(false)
  expect(repeats(sentence.repeat(4))).toBe(true)
  expect(
    repeats(...[1, 2, 3, 4].map(number => `${number}) **${sentence.toUpperCase()}** [${number}]\n`)),
  ).toBe(true)
  expect(repeats('no '.repeat(50))).toBe(true)
  expect(repeats('発熱の治療'.repeat(20))).toBe(true)
})

test('lists, tables and rules are none', () => {
  const items = ['one', 'two', 'three', 'four', 'five'].map(
    item => `- The dose of the medicine is ${item} tablets a day [1].`,
  )
  expect(repeats(items.join('\n'))).toBe(false)
  expect(repeats(`${'-'.repeat(500)}\n|${'---|'.repeat(50)}`)).toBe(false)
})

test('however a text is cut, the outcome is that of the whole', () => {
  const text = fc.array(fc.constantFrom(sentence, 'no ', '\n', '1. ', '😀', 'Ö'), { maxLength: 60 })
  fc.assert(
    fc.property(text, pieces => {
      const joined = pieces.join('')
      expect(repeats(...pieces)).toBe(repeats(joined))
      expect(repeats(...joined.split(''))).toBe(repeats(joined))
    }),
    { numRuns: 100, seed: 5 },
  )
})
