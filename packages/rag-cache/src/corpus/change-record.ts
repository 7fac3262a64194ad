import { unit } from '../search/dot.js'
import type { CorpusChange, InsertedChunk } from './corpus-change.js'

/** A change as the log keeps it. */
export interface ChangeRecord {
  /** What its vectors and chunk ids are of: model, dimensions and index version. */
  readonly space: string
  readonly documentId: string
  /** 'all': whatever the document had; 'others': that, beside `inserted`. */
  readonly removed: readonly string[] | 'all' | 'others'
  readonly inserted: readonly InsertedChunk[]
}

/** A change with more is not judged: everything is dropped. */
export const changeLimits = { inserted: 200, removed: 2000, bytes: 2 ** 20 } as const

export function recordOf(
  space: string,
  change: CorpusChange,
  removed: ChangeRecord['removed'],
): ChangeRecord {
  return {
    space,
    documentId: change.id,
    removed: typeof removed === 'string' ? removed : [...removed],
    inserted: change.inserted.map(({ chunkId, embedding, text, metadata }) => ({
      chunkId,
      embedding: unit(embedding),
      text,
      metadata,
    })),
  }
}

/** Whether a record is small enough for the log. */
export function fits({ inserted, removed }: ChangeRecord): boolean {
  return (
    inserted.length <= changeLimits.inserted &&
    removed.length <= changeLimits.removed &&
    inserted.reduce((bytes, chunk) => bytes + bytesOf(chunk), 0) <= changeLimits.bytes
  )
}

function bytesOf({ embedding, text, metadata }: InsertedChunk): number {
  return embedding.byteLength + 2 * text.length + 2 * JSON.stringify(metadata).length
}
