/** What filters may look at. */
export interface ChunkFacts {
  readonly chunkId: string
  readonly documentId: string
  readonly metadata: Readonly<Record<string, unknown>>
}

/** A chunk that is searched from now on. */
export interface InsertedChunk {
  readonly chunkId: string
  readonly embedding: Float32Array
  readonly text: string
  /** All that filters and the score look at beside the text. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** One committed change of the corpus. A chunk that changed in text, vector or metadata is in both lists. */
export interface CorpusChange {
  /** The document. */
  readonly id: string
  readonly inserted: readonly InsertedChunk[]
  /** 'others': all that the document had beside `inserted`, for who does not know what that was. */
  readonly removed: readonly string[] | 'others'
}
