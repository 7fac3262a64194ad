import type { InsertedChunk, SearchScore } from '@voiceassist/rag-cache'
import { queryTerms } from '../knowledge/lexical-terms.js'
import { type ChunkTermSets, lexicalCoverage, scoreChunk, termSets } from '../knowledge/score.js'
import { termSeparator } from '../repositories/kb-chunks.repository.js'
import type { ChunkFacts } from '../repositories/rag-chunks.repository.js'

/** The score that search ranks by, of chunks that `readRagChunks` read; a query's features are its terms. */
export const gatewayScore: SearchScore = {
  features: queryTerms,
  of: ({ features }, chunk, cosine) =>
    scoreChunk({ cosine, coverage: lexicalCoverage(features as readonly string[], termsOf(chunk)) }),
  atMost: cosine => scoreChunk({ cosine, coverage: 1 }),
}

/** One chunk is scored for thousands of queries. */
const known = new WeakMap<InsertedChunk, ChunkTermSets>()

function termsOf(chunk: InsertedChunk): ChunkTermSets {
  const found = known.get(chunk)
  if (found) return found
  const { titleTerms, headingTerms, bodyTerms } = chunk.metadata as unknown as ChunkFacts
  const sets = termSets({
    titleTerms: listOf(titleTerms),
    headingTerms: listOf(headingTerms),
    bodyTerms: listOf(bodyTerms),
  })
  known.set(chunk, sets)
  return sets
}

function listOf(terms: string): string[] {
  return terms === '' ? [] : terms.split(termSeparator)
}
