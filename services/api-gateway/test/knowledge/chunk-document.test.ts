import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chunkDocument } from '#src/knowledge/chunk-document'
import { sentenceSpans } from '#src/knowledge/sentence-spans'
import { readText } from './document-files.js'

const headed = (text: string, maxWords?: number) =>
  chunkDocument(readText(`---\ntitle: T\n---\n${text}`, { format: 'md' }), maxWords ? { maxWords } : {}).map(
    ({ heading, text: body }) => [heading, body],
  )
const texts = (text: string, maxWords: number) => headed(text, maxWords).map(([, body]) => body)

describe('headings', () => {
  test('a chunk has the path of its headings and never crosses one', () => {
    expect(headed('intro\n# A\na\n## B\nb\n### C\nc\n## D\nd\n# E\n## F\nf')).toEqual([
      ['', 'intro'],
      ['A', 'a'],
      ['A > B', 'b'],
      ['A > B > C', 'c'],
      ['A > D', 'd'],
      ['E > F', 'f'],
    ])
  })

  test('the title is not repeated in the path', () => {
    const [chunk] = chunkDocument(readText('# Asthma\n## Causes\nDust.', { format: 'md' }))
    expect(chunk).toEqual({ position: 0, heading: 'Causes', text: 'Dust.', start: 19, end: 24, wordCount: 1 })
  })

  test('headings alone are the text', () => {
    expect(headed('# A\n\n## B')).toEqual([['', '# A\n\n## B']])
  })

  test('no text at all is an error', () => {
    const empty = { ...readText('x'), text: ' \n', sections: [{ heading: '', level: 0, start: 0, end: 2 }] }
    expect(() => chunkDocument(empty)).toThrowError(expect.objectContaining({ code: 'DOCUMENT_UNREADABLE' }))
  })
})

describe('sentences', () => {
  test.each([
    ['plain', 'It hurts. Does it? It does! Yes.', ['It hurts.', 'Does it?', 'It does!', 'Yes.']],
    ['abbreviations', 'Dr. Smith saw R. rickettsii, e.g. Mr. Lee in the U.S. Army vs. Others.', undefined],
    [
      'a decimal',
      'Take 0.5 mg. Then 1.5 mg at 8 p.m. daily.',
      ['Take 0.5 mg.', 'Then 1.5 mg at 8 p.m. daily.'],
    ],
    ['quotation marks', 'He said "Stop." (Really.) "Yes."', ['He said "Stop."', '(Really.)', '"Yes."']],
    ['small letters', 'The so-called type 2. diabetes or approx. 5 of them... maybe.', undefined],
    ['wrapped lines', 'One line\nand the next. Two', ['One line\nand the next.', 'Two']],
    ['paragraphs', 'Overview\n\nText without end\n \nMore', ['Overview', 'Text without end', 'More']],
    [
      'lists',
      'You need\n- rest\n- 1.5 l water\n1. Wash. Dry.\n2) Go',
      ['You need', '- rest', '- 1.5 l water', '1. Wash.', 'Dry.', '2) Go'],
    ],
    ['tables', '| a | b |\n|---|---|\n| 1 | 2 |', ['| a | b |', '|---|---|', '| 1 | 2 |']],
    ['other scripts', '発熱がある。咳が出る。', ['発熱がある。', '咳が出る。']],
  ])('%s', (_name, text, sentences) => {
    const spans = [...sentenceSpans(text, 0, text.length)]
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(sentences ?? [text])
  })
})

describe('length', () => {
  test('sentences are packed up to the limit', () => {
    expect(texts('A b c. D e f. G h i. J.', 6)).toEqual(['A b c. D e f.', 'G h i. J.'])
  })

  test('a paragraph that fits the next chunk is kept together', () => {
    expect(texts('A b c d.\n\nE f. G h.', 6)).toEqual(['A b c d.', 'E f. G h.'])
    expect(texts('A b.\n\nE f. G h i.', 6)).toEqual(['A b.\n\nE f.', 'G h i.'])
  })

  test('a sentence over the limit is cut at words', () => {
    expect(texts('a b c d e f g. H i.', 3)).toEqual(['a b c', 'd e f', 'g. H i.'])
  })

  test('a run without spaces counts by its length, and is cut between characters', () => {
    expect(texts(`x${'😀'.repeat(20)}`, 1)).toEqual([`x${'😀'.repeat(7)}`, '😀'.repeat(8), '😀'.repeat(5)])
  })
})

test('every character of the bodies is in one chunk', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '',
      '# One',
      '## Two',
      '---',
      '===',
      '```',
      '- item',
      '  ',
      'Dr. Who e.g. 0.5 mg. Next! "End."',
    ),
    fc.string({ unit: 'grapheme' }),
    fc.lorem({ maxCount: 60 }),
  )
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 40 }), (lines, maxWords) => {
      const document = readText(`${lines.join('\n')}\n.`, { format: 'md' })
      const chunks = chunkDocument(document, { maxWords })
      const covered = new Uint8Array(document.text.length)
      for (const [index, chunk] of chunks.entries()) {
        expect(chunk.position).toBe(index)
        expect(chunk.text).toBe(document.text.slice(chunk.start, chunk.end))
        expect(chunk.text).toBe(chunk.text.trim())
        expect(chunk.wordCount).toBe(chunk.text.split(/\s+/).length)
        expect(chunk.wordCount).toBeLessThanOrEqual(maxWords)
        expect(chunk.text).not.toMatch(/\p{Surrogate}/u)
        for (let at = chunk.start; at < chunk.end; at += 1) covered[at]! += 1
      }
      const bodies = document.sections.filter(
        ({ start, end }) => document.text.slice(start, end).trim() !== '',
      )
      const parts = bodies.length > 0 ? bodies : [{ start: 0, end: document.text.length }]
      for (const { start, end } of parts) {
        for (let at = start; at < end; at += 1) {
          if (/\S/.test(document.text[at]!)) expect(covered[at]).toBe(1)
        }
        for (const chunk of chunks) {
          const within = chunk.start >= start && chunk.end <= end
          expect(within || chunk.end <= start || chunk.start >= end).toBe(true)
        }
      }
      expect(Math.max(...covered)).toBe(1)
    }),
    { numRuns: 300, seed: 21 },
  )
})
