import type { Actor } from '../../audit/actor.js'
import type { DocumentMetadata } from '../../db/schema.js'

/** A file to store: its bytes decide everything that is not given here. */
export interface DocumentInput {
  readonly bytes: Uint8Array
  readonly filename?: string
  /** Overrides the title that the file itself gives. */
  readonly title?: string
  readonly sourceType?: string
  /** Merged over the front matter's. */
  readonly metadata?: DocumentMetadata
  /** Where an imported file came from; one document a key. */
  readonly sourceKey?: string
}

export interface DocumentSummary {
  readonly id: string
  readonly title: string
  readonly sourceType: string
  readonly sourceKey: string | null
  readonly filename: string | null
  readonly fileType: string
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly contentHash: string
  readonly metadata: DocumentMetadata
  readonly version: number
  readonly chunkCount: number
  readonly wordCount: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface DocumentChunk {
  readonly id: string
  readonly position: number
  readonly heading: string
  readonly text: string
  /** UTF-16 code units into the document's text. */
  readonly start: number
  readonly end: number
  readonly wordCount: number
}

export interface DocumentDetail extends DocumentSummary {
  readonly text: string
  readonly chunks: readonly DocumentChunk[]
}

export interface DocumentListQuery {
  /** 1 to 1000. */
  readonly limit: number
  readonly cursor?: string
  readonly sourceType?: string
}

export interface DocumentPage {
  readonly items: readonly DocumentSummary[]
  readonly nextCursor: string | null
  /** Documents that match the filter, on all pages. */
  readonly total: number
}

export interface IndexingProgress {
  readonly embedded: number
  readonly chunks: number
}

export interface IndexingOptions {
  readonly onProgress?: (progress: IndexingProgress) => void
  readonly signal?: AbortSignal
}

/** The knowledge base's documents. Readers see a document whole, before or after a change, never between. */
export interface DocumentsService {
  /** @throws GatewayError DOCUMENT_EXISTS, DOCUMENT_UNREADABLE, DOCUMENT_TOO_LARGE, UNSUPPORTED_FORMAT or EMBEDDER_FAILED; nothing is stored then. */
  create(actor: Actor, input: DocumentInput, options?: IndexingOptions): Promise<DocumentSummary>
  /** @throws as `create`, and NOT_FOUND; the old document stays as it was then. */
  replace(actor: Actor, id: string, input: DocumentInput, options?: IndexingOptions): Promise<DocumentSummary>
  /** Chunks and embeds the stored text anew. @throws GatewayError NOT_FOUND or EMBEDDER_FAILED. */
  reindex(actor: Actor, id: string, options?: IndexingOptions): Promise<DocumentSummary>
  /** Newest first. @throws GatewayError VALIDATION_FAILED for a cursor that is none. */
  list(query: DocumentListQuery): Promise<DocumentPage>
  /** @throws GatewayError NOT_FOUND. */
  summary(id: string): Promise<DocumentSummary>
  /** @throws GatewayError NOT_FOUND. */
  read(id: string): Promise<DocumentDetail>
  /** @throws GatewayError NOT_FOUND. */
  remove(actor: Actor, id: string): Promise<void>
}
