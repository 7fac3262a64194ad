import { describe, expect, test } from 'vitest'
import { chunkTerms, queryTerms } from '#src/knowledge/lexical-terms'

describe('terms', () => {
  test.each([
    ['What are the symptoms of Asthma?', ['symptom', 'asthma']],
    ['Treatments, treatment; TREATMENT', ['treatment']],
    ["Crohn's and Crohn\u2019s disease", ['crohn', 'diseas']],
    ['COVID-19 and HIV/AIDS', ['covid', '19', 'hiv', 'aid']],
    ['Take 0.5 mg, not 5 mg of B12', ['take', '0.5', 'mg', '5', 'b12']],
    [
      'naïve café Ménière \u03b1-synuclein \ufb01ts',
      ['naiv', 'cafe', 'menier', '\u03b1', 'synuclein', 'fit'],
    ],
    ['as of the', []],
    ['ALL is not all; WHO asks who', ['ALL', 'WHO', 'ask']],
    ['gas MS ms', ['gas', 'ms']],
    ['発熱 жар', ['発熱', 'жар']],
    ['?! -- \u{1f600}', []],
    ['', []],
  ])('of %j', (text, terms) => {
    expect(queryTerms(text)).toEqual(terms)
  })

  test('are the same however a question is written', () => {
    const plain = queryTerms('symptoms of diabetic kidney diseases')
    expect(queryTerms('What are the SYMPTOMS of Diabetic-Kidney Disease?').sort()).toEqual(plain.sort())
  })

  test('are bounded', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `w${index}`).join(' ')
    expect(queryTerms(many)).toHaveLength(64)
    const { titleTerms, headingTerms, bodyTerms } = chunkTerms({ title: many, heading: many, text: many })
    expect([titleTerms, headingTerms, bodyTerms].map(terms => terms.length)).toEqual([64, 64, 1024])
    expect(queryTerms('acgt'.repeat(1_000_000))).toEqual([])
  })

  test('of a chunk stand in the field that holds them', () => {
    expect(chunkTerms({ title: 'Asthma', heading: 'Causes > Dust', text: 'Asthma and dust.' })).toEqual({
      titleTerms: ['asthma'],
      headingTerms: ['caus', 'dust'],
      bodyTerms: ['asthma', 'dust'],
    })
  })
})
