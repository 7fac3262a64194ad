import type { ChunkTerms } from './lexical-terms.js'

/**
 * Shares of the lexical coverage. Found by trying on questions, paraphrases and snippets of medical texts: the optimum
 * is flat, so these are round numbers.
 */
export const coverageShares = { anywhere: 0.5, title: 0.3, heading: 0.2 } as const

/**
 * Under this score a hit has nothing to do with the question. Of questions about anything but medicine nine in ten have
 * no better hit; of questions about the documents, however worded, hardly one in a hundred.
 */
export const defaultMinScore = 0.4

/** The distinct terms of a chunk, by the field they stand in. */
export interface ChunkTermSets {
  readonly title: ReadonlySet<string>
  readonly heading: ReadonlySet<string>
  readonly body: ReadonlySet<string>
}

export function termSets({ titleTerms, headingTerms, bodyTerms }: ChunkTerms): ChunkTermSets {
  return { title: new Set(titleTerms), heading: new Set(headingTerms), body: new Set(bodyTerms) }
}

/**
 * How well a chunk answers a query, 0 to 1: a function of these two alone, so that a score means the same in each search.
 * `cosine` is that of their vectors, `coverage` is `lexicalCoverage`.
 */
export function scoreChunk({ cosine, coverage }: { cosine: number; coverage: number }): number {
  return (Math.min(1, Math.max(0, cosine)) + coverage) / 2
}

/**
 * How far a query and a chunk share their terms, 0 to 1: the part of the query that stands anywhere in the chunk, the part
 * that stands in its heading, and how much query and title are the same. The latter counts both ways, so that 'diabetes'
 * prefers the title 'Diabetes' to 'Diabetes insipidus', which holds all of the query too.
 */
export function lexicalCoverage(query: readonly string[], { title, heading, body }: ChunkTermSets): number {
  if (query.length === 0) return 0
  const inTitle = query.filter(term => title.has(term)).length
  const inHeading = query.filter(term => heading.has(term)).length
  const anywhere = query.filter(term => title.has(term) || heading.has(term) || body.has(term)).length
  const sameTitle = (inTitle / query.length + inTitle / Math.max(1, title.size)) / 2
  return (
    (coverageShares.anywhere * anywhere + coverageShares.heading * inHeading) / query.length +
    coverageShares.title * sameTitle
  )
}
