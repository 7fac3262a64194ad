import type { ChunkTerms } from './lexical-terms.js'

/** Weight of the words in common beside the cosine, found by trying on medical questions. */
export const coverageWeight = 0.4
export const fieldWeights = { titleTerms: 3, headingTerms: 1.5, bodyTerms: 1 } as const

/** Under this score a hit has nothing to do with the question. */
export const defaultMinScore = 0.35

/**
 * How well a chunk answers a query, 0 to 1: a function of these two alone, so that a score means the same in each search.
 * `cosine` is that of their vectors, `coverage` is `lexicalCoverage`.
 */
export function scoreChunk({ cosine, coverage }: { cosine: number; coverage: number }): number {
  const score = (Math.max(0, cosine) + coverageWeight * coverage) / (1 + coverageWeight)
  return Math.min(1, Math.max(0, score))
}

/** The share of the query's terms that the chunk's fields hold, weighted by field, 0 to 1. */
export function lexicalCoverage(query: readonly string[], chunk: ChunkTerms): number {
  if (query.length === 0) return 0
  let covered = 0
  let whole = 0
  for (const [field, weight] of Object.entries(fieldWeights) as [keyof ChunkTerms, number][]) {
    const terms = new Set(chunk[field])
    covered += weight * query.filter(term => terms.has(term)).length
    whole += weight * query.length
  }
  return covered / whole
}
