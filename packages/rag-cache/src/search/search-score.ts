import type { InsertedChunk } from '../corpus/corpus-change.js'

/** How search ranks: by a function of query and chunk alone, so that a new chunk is judged without searching again. */
export interface SearchScore {
  /** What of the query's normal form the score needs beside its vector; JSON, kept encrypted with the cached search. */
  features?(text: string): unknown
  /** 0 to 1; rises by no more than the cosine does. */
  of(query: { readonly features: unknown }, chunk: InsertedChunk, cosine: number): number
  /** The highest score that any chunk of this cosine can have: below the last hit, `of` is not asked. @default 1 */
  atMost?(cosine: number): number
}

/** The cosine, not below 0. */
export const cosineScore: SearchScore = {
  of: (_, __, cosine) => Math.min(1, Math.max(0, cosine)),
  atMost: cosine => Math.min(1, Math.max(0, cosine)),
}
