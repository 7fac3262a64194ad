import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chunkTerms, queryTerms } from '#src/knowledge/lexical-terms'
import { lexicalCoverage, scoreChunk, termSets } from '#src/knowledge/score'

const coverage = (query: string, title: string, heading = '', text = '') =>
  lexicalCoverage(queryTerms(query), termSets(chunkTerms({ title, heading, text })))

test('coverage is the sum of its parts', () => {
  expect(coverage('asthma', 'Asthma', 'Asthma', 'asthma')).toBe(1)
  expect(coverage('asthma', 'Gout', 'Pain', 'joints')).toBe(0)
  expect(coverage('asthma', 'Gout', 'Pain', 'asthma')).toBe(0.5)
  expect(coverage('asthma dust', 'Gout', 'Dust', '')).toBeCloseTo((0.5 + 0.2) / 2)
  expect(coverage('asthma dust', 'Asthma', '', '')).toBeCloseTo(0.5 / 2 + 0.3 * (0.5 + 1) * 0.5)
  expect(coverage('asthma', '', '', 'asthma')).toBe(0.5)
  expect(coverage('what is it', 'Asthma', 'Asthma', 'asthma')).toBe(0)
})

test('the title that says the same wins over one that says more, and over one that says less', () => {
  const exact = coverage('treatment of diabetes', 'Diabetes')
  expect(exact).toBeGreaterThan(coverage('treatment of diabetes', 'Diabetes Insipidus'))
  expect(coverage('diabetes insipidus', 'Diabetes Insipidus')).toBeGreaterThan(
    coverage('diabetes insipidus', 'Diabetes'),
  )
})

test('the score is the mean of cosine and coverage', () => {
  expect(scoreChunk({ cosine: 0.8, coverage: 0.5 })).toBeCloseTo(0.65)
  expect(scoreChunk({ cosine: -0.3, coverage: 0 })).toBe(0)
  expect(scoreChunk({ cosine: 1.000001, coverage: 1 })).toBe(1)
})

test('both stay between 0 and 1, and more words in common never score less', () => {
  const words = fc.array(fc.constantFrom('asthma', 'gout', 'dust', 'pain', 'heart', 'liver'), {
    maxLength: 5,
  })
  const field = words.map(list => list.join(' '))
  fc.assert(
    fc.property(
      field,
      field,
      field,
      field,
      fc.double({ min: -1, max: 1, noNaN: true }),
      (query, title, heading, text, cosine) => {
        const less = coverage(query, title, heading, text)
        const more = coverage(query, title, heading, `${text} ${query}`)
        expect(less).toBeGreaterThanOrEqual(0)
        expect(more).toBeLessThanOrEqual(1 + Number.EPSILON)
        expect(more).toBeGreaterThanOrEqual(less)
        const score = scoreChunk({ cosine, coverage: Math.min(1, more) })
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(1)
      },
    ),
    { numRuns: 500, seed: 22 },
  )
})
