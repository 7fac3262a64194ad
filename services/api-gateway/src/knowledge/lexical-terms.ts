import { stemmer } from 'stemmer'
import type { ChunkContext } from './embedding-text.js'

/** Most distinct terms taken of a query, and of each field of a chunk; the rest is left out. */
const maxQueryTerms = 64
const maxTitleTerms = 64
const maxBodyTerms = 1024
/** A longer run of letters is a sequence or an encoded file, not a word. */
const maxTermLength = 40

/** Function words, and those that make a sentence a question; they say nothing of what is asked about. */
const stopwords = new Set(
  `a an the this that these those and or nor but if then than as of at by for from in into on onto to with without about
  over under between is are was were be been being am do does did doing done have has had having can could may might must
  shall should will would i me my mine we us our you your he him his she her it its they them their there here who whom
  whose what which when where why how not no so such too very also any some all each both more most other own same just
  only`.split(/\s+/),
)

export interface ChunkTerms {
  readonly titleTerms: string[]
  readonly headingTerms: string[]
  readonly bodyTerms: string[]
}

/** The distinct terms of a query, in the order of the text; at most 64. */
export function queryTerms(text: string): string[] {
  return distinctTerms(text, maxQueryTerms)
}

/** The distinct terms of a chunk, by the field they stand in; a term may be in several. */
export function chunkTerms({ title, heading, text }: ChunkContext): ChunkTerms {
  return {
    titleTerms: distinctTerms(title, maxTitleTerms),
    headingTerms: distinctTerms(heading, maxTitleTerms),
    bodyTerms: distinctTerms(text, maxBodyTerms),
  }
}

function distinctTerms(text: string, limit: number): string[] {
  const terms = new Set<string>()
  for (const word of words(text)) {
    const term = termOf(word)
    if (term !== undefined) terms.add(term)
    if (terms.size >= limit) break
  }
  return [...terms]
}

/** Runs of letters and digits; a decimal is one word, hyphens and slashes divide, an apostrophe's ending is dropped. */
function* words(text: string): Generator<string> {
  for (const [word] of text.matchAll(
    /\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{M}\p{N}]+(?:['\u2019]\p{L}{1,2}(?![\p{L}\p{N}]))?/gu,
  )) {
    yield word.replace(/['\u2019].*$/u, '')
  }
}

/**
 * The term of a word: folded to small letters without marks, stemmed by Porter's algorithm unless it is short or holds
 * a digit. A stopword in capitals is a short form (ALL, the leukaemia; WHO) and stays as it is written.
 */
function termOf(word: string): string | undefined {
  if (word.length > maxTermLength) return undefined
  const folded = word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  if (stopwords.has(folded)) return word.length > 1 && word === word.toUpperCase() ? word : undefined
  if (folded.length <= 3 || /[^a-z]/.test(folded)) return folded
  return stemmer(folded)
}
