import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Citation } from '#src/db/schema'
import { composeAnswer, nothingFound } from '#src/knowledge/compose-answer'

let lastId = 0
function hit(text: string, rest: Partial<Citation> = {}): Citation {
  lastId += 1
  const start = rest.start ?? 0
  return {
    ...{ chunkId: `c${lastId}`, documentId: 'd1', title: 'Asthma', heading: 'Treatment', score: 0.8, text },
    ...{ start, end: start + text.length },
    ...rest,
  }
}

describe('an answer', () => {
  test('quotes hits, best first, with their marks and sources', () => {
    const best = hit('Inhalers open the airways.', { score: 0.9, start: 100 })
    const second = hit('Avoid dust and smoke.', { documentId: 'd2', title: 'Dust', heading: '' })
    const { content, citations } = composeAnswer('How is asthma treated?', [second, best])
    expect(citations).toEqual([best, second])
    expect(content).toBe(
      'Inhalers open the airways. [1]\n\nAvoid dust and smoke. [2]\n\nSources:\n[1] Asthma: Treatment\n[2] Dust',
    )
  })

  test('takes the sentences that say what is asked', () => {
    const filler = 'This sentence is about something else entirely and takes some room. '.repeat(10)
    const text = `${filler}Steroids reduce the swelling of the airways. ${filler}`.trim()
    const [citation] = composeAnswer('Do steroids reduce swelling?', [hit(text, { start: 50 })]).citations
    expect(citation!.text).toMatch(/^Steroids reduce the swelling of the airways\. This/)
    expect(citation!.text.split(' ').length).toBeLessThanOrEqual(80)
    expect(citation!.start).toBe(50 + text.indexOf('Steroids'))
  })

  test('takes the beginning when nothing in the text is asked for', () => {
    const [citation] = composeAnswer('?', [hit('First. Second. Third.')]).citations
    expect(citation!.text).toBe('First. Second. Third.')
  })

  test('cuts a sentence without end at a word', () => {
    const [citation] = composeAnswer('words', [hit('word '.repeat(180).trim())]).citations
    expect(citation!.text).toBe('word '.repeat(80).trim())
  })

  test('says nothing twice', () => {
    const hits = [
      hit('Inhalers open the airways.'),
      hit('Inhalers  open the airways!', { documentId: 'd2', score: 0.79 }),
    ]
    expect(composeAnswer('inhalers', hits).citations).toHaveLength(1)
  })

  test('has at most four quotations', () => {
    const hits = ['one', 'two', 'three', 'four', 'five'].map(word =>
      hit(`Number ${word} is ${word}ly different.`),
    )
    expect(composeAnswer('number', hits).citations.map(({ text }) => text)).toHaveLength(4)
  })

  test('leaves out what is far behind the best', () => {
    const hits = [hit('Inhalers open the airways.', { score: 0.9 }), hit('Avoid dust.', { score: 0.6 })]
    expect(composeAnswer('inhalers', hits).citations).toHaveLength(1)
  })
})

describe('no answer', () => {
  test.each<[string, Citation[]]>([
    ['no hits', []],
    ['hits under the threshold', [hit('Avoid dust.', { score: 0.39 })]],
  ])('to %s', (_name, hits) => {
    expect(composeAnswer('what causes earthquakes', hits)).toEqual({ content: nothingFound, citations: [] })
  })

  test('under the threshold of the caller', () => {
    expect(composeAnswer('dust', [hit('Avoid dust.', { score: 0.6 })], { minScore: 0.7 }).citations).toEqual(
      [],
    )
    expect(
      composeAnswer('dust', [hit('Avoid dust.', { score: 0.1 })], { minScore: 0 }).citations,
    ).toHaveLength(1)
  })
})

test('whatever the hits, quotations are verbatim and bounded', () => {
  const text = fc.oneof(
    fc.lorem({ maxCount: 30, mode: 'sentences' }),
    fc.string({ unit: 'grapheme', minLength: 1 }),
  )
  const hits = fc.array(
    fc.record({
      text: text.filter(value => value.trim() !== ''),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  )
  fc.assert(
    fc.property(fc.lorem(), hits, (question, found) => {
      const all = found.map(({ text, score }, index) => hit(text, { score, start: index * 1000 }))
      const { content, citations } = composeAnswer(question, all)
      expect(citations.length).toBeLessThanOrEqual(4)
      expect(content.split(/\s+/).length).toBeLessThanOrEqual(4 * 80 + 100)
      for (const [index, citation] of citations.entries()) {
        const source = all.find(({ chunkId }) => chunkId === citation.chunkId)!
        expect(source.text.slice(citation.start - source.start, citation.end - source.start)).toBe(
          citation.text,
        )
        expect(content).toContain(`${citation.text} [${index + 1}]`)
        expect(citation.score).toBeGreaterThanOrEqual(0.4)
      }
    }),
    { numRuns: 200, seed: 23 },
  )
})
