import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { containsPhi, detectPhi, type PhiKind } from '#src/phi/detect-phi'
import { type LabelledLine, labelledLines } from './labelled-lines.js'

const kinds: readonly PhiKind[] = ['ssn', 'mrn', 'phone', 'email', 'birthDate', 'address']
const found = labelledLines.map(line => ({
  ...line,
  found: new Set(detectPhi(line.text).map(({ kind }) => kind)),
}))

function score(
  lines: typeof found,
  isLabelled: (line: LabelledLine) => boolean,
  isFound: (line: (typeof found)[0]) => boolean,
) {
  const both = lines.filter(line => isLabelled(line) && isFound(line)).length
  return { precision: both / lines.filter(isFound).length, recall: both / lines.filter(isLabelled).length }
}

const scoreOfAny = (lines: typeof found) =>
  score(
    lines,
    line => line.kinds.length > 0,
    line => line.found.size > 0,
  )

describe('the labelled lines', () => {
  test('are enough, and not mostly positive', () => {
    expect(labelledLines.length).toBeGreaterThanOrEqual(240)
    expect(new Set(labelledLines.map(({ text }) => text)).size).toBe(labelledLines.length)
    const share = labelledLines.filter(line => line.kinds.length > 0).length / labelledLines.length
    expect(share).toBeGreaterThan(0.4)
    expect(share).toBeLessThanOrEqual(0.6)
  })

  test.each([
    ['all lines', found],
    ['lines tuned on', found.filter(line => !line.isHeldOut)],
    ['lines held out', found.filter(line => line.isHeldOut)],
  ] as const)('%s: precision and recall of at least 0.95', (name, lines) => {
    const rows = [
      ['any kind', scoreOfAny(lines)] as const,
      ...kinds.map(kind => {
        const ofKind = score(
          lines,
          line => line.kinds.includes(kind),
          line => line.found.has(kind),
        )
        return [kind, ofKind] as const
      }),
    ]
    console.log(
      [
        `${name} (${lines.length})`,
        ...rows.map(
          ([kind, { precision, recall }]) =>
            `  ${kind.padEnd(10)} precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}`,
        ),
      ].join('\n'),
    )
    const { precision, recall } = scoreOfAny(lines)
    expect(precision).toBeGreaterThanOrEqual(0.95)
    expect(recall).toBeGreaterThanOrEqual(0.95)
  })
})

describe('spelling and place', () => {
  test.each([
    ['full-width', '\uff19\uff18\uff17\uff0d\uff16\uff15\uff0d\uff14\uff13\uff12\uff10'],
    ['Arabic-Indic digits', '\u0669\u0668\u0667-\u0666\u0665-\u0664\u0663\u0662\u0660'],
    ['mathematical digits', '\u{1d7d7}\u{1d7d6}\u{1d7d5}-6\u{1d7f1}-4320'],
    ['en dashes', '987\u201365\u20134320'],
    ['non-breaking hyphens', '987\u201165\u20114320'],
    ['minus signs', '987\u221265\u22124320'],
    ['zero width spaces', '987\u200b-\u200b65-43\u200b20'],
    ['soft hyphens', '98\u00ad7-65-4320'],
  ])('a number in %s', (_name, number) => {
    expect(detectPhi(`\u{1f600} see ${number}.`)).toEqual([{ kind: 'ssn', start: 7, end: 7 + number.length }])
  })

  test('each kind, in the order of the text', () => {
    const text = 'DOB:\u00a0\u00a03/14/1962\r\nx@example.com, 42 Oak Street, MRN 1234567'
    expect(detectPhi(text).map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['birthDate', 'DOB:\u00a0\u00a03/14/1962'],
      ['email', 'x@example.com'],
      ['address', '42 Oak Street'],
      ['mrn', 'MRN 1234567'],
    ])
  })

  // Missed at first by patterns that found every labelled line.
  test.each([
    ['phone', 'call me at 555-123-4567'],
    ['phone', 'Ph 5551234567, wheezing'],
    ['phone', 'her phone number is 2124567890'],
    ['ssn', 'My social is 123456789'],
    ['mrn', 'record number 1234567'],
    ['birthDate', 'date of birth: 14/Mar/1962'],
    ['address', '789 Broadway, New York'],
  ])('%s: %s', (kind, text) => {
    expect(detectPhi(text).map(found => found.kind)).toEqual([kind])
  })

  test('a name alone is not looked for', () => {
    expect(containsPhi('Mrs. Maria Garcia of Dayton has chest pain')).toBe(false)
  })
})

describe('hostile texts', () => {
  // As long as a message may be, and each made of what one of the patterns begins with.
  const length = 16_000
  test.each([
    '9',
    '98',
    '9 ',
    '1-',
    'a@',
    'a.',
    'a@a.',
    '+1 ',
    '(617) ',
    'MRN ',
    'MRN #',
    'medical record ',
    'DOB ',
    'DOB 1',
    'born on the ',
    'born B ',
    'b. 1',
    '1 Main ',
    '12 a b ',
    '1 N. ',
    'P.O. ',
    'SSN last ',
    'x',
    'XXX-',
    'call ',
    'lot no ',
    '3/14/',
    ' \n',
    '\u0301',
    '\u{1d7ce}',
    'A'.repeat(31).concat(' '),
  ])('%j again and again', unit => {
    const text = `1${unit.repeat(Math.ceil(length / unit.length))}!`
    expect(detectPhi(text).length).toBeLessThanOrEqual(text.length)
  })

  test('any text: spans lie within it, and containsPhi says whether there is one', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom(
        'SSN',
        'MRN',
        'DOB',
        'born',
        'call',
        '+',
        '@',
        '.',
        '-',
        ' ',
        '\n',
        '987-65-4320',
        '555-0134',
      ),
      fc.constantFrom(
        'Oak',
        'Street',
        'ST',
        'P.O. Box',
        'March',
        '14',
        '1962',
        '\uff11',
        '\u2013',
        '\u00a0',
        'example.com',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        const text = pieces.join('')
        const spans = detectPhi(text)
        expect(containsPhi(text)).toBe(spans.length > 0)
        for (const { start, end } of spans) {
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('a number is found wherever it stands among words', () => {
    const word = fc.constantFrom(
      'Na',
      '138-142',
      'BP',
      '120/80',
      'E11.9',
      'and',
      'the',
      'CPT',
      'dose',
      '5',
      'mg,',
    )
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (before, after) => {
        expect(containsPhi([...before, ...after].join(' '))).toBe(false)
        expect(containsPhi([...before, 'MRN', '1234567,', ...after].join(' '))).toBe(true)
      }),
    )
  })
})
