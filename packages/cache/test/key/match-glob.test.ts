import assert from 'node:assert/strict'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { literalPrefix, matchGlob } from '#src/key/match-glob'

/** Few characters, so that patterns match often; a pair of surrogates is one character. */
const character = fc.constantFrom('a', 'b', ':', '*', '?', '\\', '\n', 'é', '😀', '😁')
const text = fc.array(character, { maxLength: 12 }).map(characters => characters.join(''))
const pattern = fc
  .array(fc.oneof(fc.constantFrom('*', '?', '\\*', '\\?', '\\\\'), character.map(escaped)), { maxLength: 8 })
  .map(parts => parts.join(''))

function escaped(text: string): string {
  return text.replace(/[*?\\]/g, '\\$&')
}

/** The same by the engine of regular expressions. */
function matchSlowly(pattern: string, text: string): boolean {
  const source = pattern.replace(/\\(.)|./gsu, (part, taken: string | undefined) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    return (taken ?? part).replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 'su').test(text)
}

/** A pattern made of a text: parts of it become wildcards, so that it matches. */
const matching = fc
  .tuple(fc.array(character, { maxLength: 10 }), fc.infiniteStream(fc.nat(5)))
  .map(([characters, choices]) => {
    const parts = characters.map(character => {
      const choice = choices.next().value
      return choice === 0
        ? '?'
        : choice === 1
          ? '*'
          : choice === 2
            ? `${escaped(character)}*`
            : escaped(character)
    })
    return { pattern: parts.join(''), text: characters.join('') }
  })

test('matches what the regular expression matches', () => {
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      assert.equal(matchGlob(pattern, text), matchSlowly(pattern, text))
    }),
    { numRuns: 20_000 },
  )
  fc.assert(
    fc.property(matching, ({ pattern, text }) => {
      assert(matchSlowly(pattern, text))
      assert(matchGlob(pattern, text))
    }),
    { numRuns: 5000 },
  )
})

test('a text matches itself, escaped, and nothing else that is as long', () => {
  fc.assert(
    fc.property(text, text, (text, other) => {
      expect(matchGlob(escaped(text), text)).toBe(true)
      expect(matchGlob(escaped(text), other)).toBe(text === other)
    }),
  )
})

test('what matches begins with the literal prefix', () => {
  fc.assert(
    fc.property(fc.oneof(matching, fc.record({ pattern, text })), ({ pattern, text }) => {
      const prefix = literalPrefix(pattern)
      if (matchGlob(pattern, text)) expect(text.startsWith(prefix)).toBe(true)
      expect(matchGlob(pattern, prefix) || /[*?]/.test(pattern)).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ['user:*', 'user:'],
  ['user:\\*:?', 'user:*:'],
  ['\\\\*', '\\'],
  ['*', ''],
  ['plain', 'plain'],
])('the literal prefix of %s is %s', (pattern, prefix) => {
  expect(literalPrefix(pattern)).toBe(prefix)
})

test('the longest pattern against the longest key takes no more steps than their product', () => {
  const stars = '*a'.repeat(16)
  const key = 'a'.repeat(1024)
  expect(matchGlob(`${stars}b`, key)).toBe(false)
  expect(matchGlob(`*${'a'.repeat(500)}b`, key)).toBe(false)
})
