import { expect, test } from 'vitest'
import { firstPieces } from '#src/embedding/first-pieces'

const perLetter = (word: string) => word.length

test('words are divided by one space, without control characters', () => {
  expect(firstPieces('  a\u0000b\n\tc\u00a0d\u2003\ufb01t ', perLetter)).toBe('a b c d fit')
})

test('no word is one space, which the model can read', () => {
  expect(firstPieces('', perLetter)).toBe(' ')
  expect(firstPieces('\u0007 \n', perLetter)).toBe(' ')
})

test('it ends with the word that reaches 128 pieces', () => {
  const text = 'abcd '.repeat(100)
  expect(firstPieces(text, perLetter)).toBe('abcd '.repeat(32).trim())
})

test('a long word is cut', () => {
  expect(firstPieces(`${'x'.repeat(1000)} y`, perLetter)).toBe(`${'x'.repeat(64)} y`)
})
