import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CitationFilter } from '#src/answers/citation-filter'
import { isSettled } from '#src/answers/is-settled'
import { passages } from './passages.js'

const given = passages(3)

function filtered(pieces: readonly string[]) {
  const filter = new CitationFilter(given)
  const text = pieces.map(piece => filter.push(piece)).join('') + filter.end()
  return { text, cited: filter.citations.map(({ title }) => Number(title.slice(6))), removed: filter.removed }
}
const whole = (text: string) => filtered([text])

describe('a citation', () => {
  test.each<[string, string, number[]]>([
    ['Fever [1].', 'Fever [1].', [1]],
    ['Fever[1].', 'Fever[1].', [1]],
    ['Fever [3]. Cough [1], and fever [3].', 'Fever [1]. Cough [2], and fever [1].', [3, 1]],
    ['Fever [2, 1].', 'Fever [1][2].', [2, 1]],
    ['Fever [2,1;3].', 'Fever [1][2][3].', [2, 1, 3]],
    ['Fever [1 and 2] [1 & 3].', 'Fever [1][2] [1][3].', [1, 2, 3]],
    ['Fever [1-3].', 'Fever [1][2][3].', [1, 2, 3]],
    ['Fever [2–3].', 'Fever [1][2].', [2, 3]],
    ['Fever [ 2 ].', 'Fever [1].', [2]],
    ['Fever 【2】.', 'Fever [1].', [2]],
    ['Fever 【2†source】【1†L3-L5】.', 'Fever [1][2].', [2, 1]],
    ['Fever [2†p. 4].', 'Fever [1].', [2]],
    ['Fever ［2］.', 'Fever [1].', [2]],
    ['Fever ［２］【１】[３].', 'Fever [1][2][3].', [2, 1, 3]],
    ['Fever [\u200B2\u2060].', 'Fever [1].', [2]],
    ['Fever [^2] [#3] [Passage 1] [source: 2].', 'Fever [1] [2] [3] [1].', [2, 3, 1]],
    ['Fever \\[2\\].', 'Fever [1].', [2]],
    ['Fever [02] [1, 1].', 'Fever [1] [2].', [2, 1]],
    ['Fever [2](#fn) [1](mmol/L)', 'Fever [1](#fn) [2](mmol/L)', [2, 1]],
    ['Fever! [2]![1]', 'Fever! [1]![2]', [2, 1]],
    ['[2]', '[1]', [2]],
  ])('%j becomes %j', (text, expected, cited) => {
    expect(whole(text)).toEqual({ text: expected, cited, removed: 0 })
  })
})

describe('what was not given is taken out and counted', () => {
  test.each<[string, string, number]>([
    ['Fever [99].', 'Fever.', 1],
    ['Fever [0].', 'Fever.', 1],
    ['Fever [4][5].', 'Fever.', 2],
    ['Fever [99, 100] and [12345].', 'Fever and.', 3],
    ['Fever [7-9].', 'Fever.', 3],
    ['Fever 【4:0†source】.', 'Fever.', 1],
    ['Fever \\[99\\].', 'Fever.', 1],
    ['Fever ［９９］[９].', 'Fever.', 2],
    ['Fever [\u200B99] [9\u20609].', 'Fever.', 2],
    ['Fever [^99] [Ref. 4].', 'Fever.', 2],
    ['See https://evil.example/a?b=[1.', 'See[1.', 1],
    ['See http://evil.example/a, or (https://evil.example) and <https://evil.example>.', 'See, or and.', 3],
    ['See HTTPS://EVIL.example and www.evil.example/x!', 'See and!', 2],
    ['See https://known.example/', 'See', 1],
    ['See [the guideline](https://evil.example/x "Title") now.', 'See the guideline now.', 1],
    ['See [the guideline](evil.example) and [it](/docs/it).', 'See the guideline and it.', 2],
    ['![chart](https://evil.example/leak?q=fever)', 'chart', 1],
    ['![chart](//192.0.2.1/leak?q=fever)', 'chart', 1],
    ['[the guideline](\\\\evil/x)', 'the guideline', 1],
    ['See [https://evil.example](https://known.example/1).', 'See .', 2],
    ['[99](https://evil.example)', '', 2],
  ])('%j becomes %j', (text, expected, removed) => {
    expect(whole(text)).toEqual({ text: expected, cited: [], removed })
  })

  test('however long it is', () => {
    const address = `https://evil.example/${'a'.repeat(3000)}`
    expect(whole(`See ${address} now`)).toEqual({ text: 'See now', cited: [], removed: 1 })
  })

  test('beside what was given', () => {
    expect(whole('Fever [2, 99] and cough [99][1].')).toEqual({
      text: 'Fever [1] and cough[2].',
      cited: [2, 1],
      removed: 2,
    })
    expect(whole('[1](https://evil.example)')).toEqual({ text: '[1]', cited: [1], removed: 1 })
  })
})

describe('what is no citation stays as it is', () => {
  test.each([
    'Sodium 140 [138-142 mmol/L], potassium [3.5-5.0].',
    'Reference range [135-145] and [100 – 129], pain [0-10], falling [5-2].',
    'A high [H+] and [Na+](mmol/L), [18F]FDG, [3H]-thymidine, [14C].',
    '[1a] [a1] [1.5] [-1] [1/2] [1:2] [24 h] [1, 2 mg] [n=3] [ ] [] [x] [sic] [1 of 3]',
    'The interval (0, 1] and [0, 1) and [1',
    'A list:\n- [ ] open\n- [x] done\n1. one\n2) two (3) ²',
    'Code `a[99]` and ``x[`99`] https://evil.example`` stay.',
    '```\na[99] = b[0] // https://evil.example\n```\n',
    'See https://known.example/1, (https://known.example/2) and [it](https://known.example/3).',
    'http and www and ftp. https:// www. hello fwd How Why (he) <http>',
    'p < 0.05, a <b> c, 5 * (h) \\ ` back-tick ! [',
    '发热 😀 [注]【重要】',
  ])('%j', text => {
    expect(whole(text)).toEqual({ text, cited: [], removed: 0 })
  })

  test('but a stray back-tick hides nothing', () => {
    expect(whole('the patient`s fever [99]\nand `cough [1]').text).toBe('the patient`s fever\nand `cough [1]')
    expect(whole('``a` [99]').text).toBe('``a`')
    expect(whole(`\`${'a'.repeat(250)} [99] \``).removed).toBe(1)
  })
})

test('what is left never reads as another citation', () => {
  const left = whole('Fever [1], [9[99]9].')
  expect(left.text).toBe('Fever [1], [99].')
  expect(isSettled(left.text, given.slice(0, 1), given)).toBe(false)
  expect(isSettled('Fever [1], [2].', given.slice(0, 1), given)).toBe(false)
  expect(isSettled('Fever [1].', given.slice(0, 2), given)).toBe(false)
  expect(isSettled('Fever [1], see https://known.example/3.', given.slice(0, 1), given)).toBe(true)
})

test('nothing waits that is no beginning of a marker, and little of what is', () => {
  const filter = new CitationFilter(given)
  expect(filter.push('Fever [1')).toBe('Fever')
  expect(filter.push(']')).toBe('')
  expect(filter.push(' is')).toBe(' [1] is')
  expect(filter.push(' [a')).toBe('')
  let waiting = 0
  for (const piece of ['a'.repeat(250), ']', `(${'b'.repeat(900)}`]) {
    waiting += piece.length
    expect(filter.push(piece)).toBe('')
  }
  expect(waiting).toBeGreaterThan(1000)
  expect(filter.push('b'.repeat(200))).toContain('bbb')
})

/** Texts made of what matters, in any order. */
const fragment = fc.constantFrom(
  ...[
    '[',
    ']',
    '【',
    '】',
    '(',
    ')',
    '<',
    '>',
    '!',
    '\\',
    '`',
    '```',
    '\n',
    ' ',
    ', ',
    '-',
    '†',
    '^',
    '.',
    '0',
  ],
  ...[
    '1',
    '2',
    '3',
    '4',
    '99',
    'a',
    'h',
    'w',
    'H+',
    ' mg',
    'ht',
    'tps://',
    'https://known.example/1',
    'www.evil.example',
  ],
  ...[
    '[1]',
    '[2, 1]',
    '[1-3]',
    '[99]',
    ' [0]',
    '[x](https://evil.example)',
    '[1](https://known.example/1)',
    '😀',
  ],
)
const texts = fc.array(fragment, { maxLength: 40 }).map(parts => parts.join(''))
const seed = 41

// Two ways to read each item make a billion of ways to read them all: such a regular expression never comes back.
test.each([
  ['daggers', ' & 1†', 45],
  ['daggers within a list', '、1†x,1†', 35],
  ['labels', ',ref.1', 45],
  ['labels and daggers', ' and Doc. 1†', 23],
])('a bracket of %s that is no citation after all is told in one reading', (_, item, times) => {
  const text = `Fever [1${item.repeat(times)},x].`
  expect(whole(text)).toMatchObject({ cited: [] })
})

test('however a text is cut, the outcome is that of the whole', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat({ max: 120 }), { maxLength: 12 }), (text, cuts) => {
      const places = [0, ...cuts.map(cut => Math.min(cut, text.length)).sort((a, b) => a - b), text.length]
      const pieces = places.slice(1).map((place, index) => text.slice(places[index], place))
      expect(pieces.join('')).toBe(text)
      expect(filtered(pieces)).toEqual(whole(text))
      expect(filtered([...text])).toEqual(whole(text))
    }),
    { numRuns: 3000, seed },
  )
})

test('a settled text has marks of its citations and no other, and no foreign address', () => {
  let settled = 0
  fc.assert(
    fc.property(texts, text => {
      const filter = new CitationFilter(given)
      const content = filter.push(text) + filter.end()
      if (filter.isWithinCode || !isSettled(content, filter.citations, given)) return
      settled += 1
      const bare = content.replaceAll(
        /(?<!`)(`{3,})(?!`)[\s\S]*?`{3,}|(?<!`)(`+)(?!`)[^\n]*?(?<!`)\2(?!`)/g,
        '',
      )
      const marks = [...bare.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number))
      for (const mark of marks) expect(mark).toBeLessThanOrEqual(filter.citations.length)
      const first = [...new Set(marks)]
      if (bare === content) expect(first).toEqual(filter.citations.map((_, index) => index + 1))
      expect(bare).not.toContain('evil.example')
    }),
    { numRuns: 3000, seed },
  )
  expect(settled).toBeGreaterThan(1500)
})
