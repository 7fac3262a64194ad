import type { DocumentMetadata } from '../../db/schema.js'
import type { DocumentFormat, PdfText, ReadDocument } from '../../knowledge/document.js'
import type { ChunkValues } from '../../repositories/kb-chunks.repository.js'

/** A document cut into chunks, as it is stored but for the vectors. Crosses threads: plain data, few objects. */
export interface PreparedDocument {
  readonly format: DocumentFormat
  readonly title: string
  readonly sourceType: string
  readonly metadata: DocumentMetadata
  readonly text: string
  /** SHA-256 of the bytes, hexadecimal; absent for a document that was read before. */
  readonly contentHash?: string
  readonly wordCount: number
  readonly titleTerms: string
  readonly chunks: readonly ChunkValues[]
}

/** A file that somebody gave, with what overrides its own facts; or a document that was read before. */
export type PrepareTask =
  | {
      readonly bytes: Uint8Array
      readonly filename?: string
      /** What the bytes hold when they are a PDF, which is read beforehand. */
      readonly pdf?: PdfText
      readonly title?: string
      readonly sourceType?: string
      readonly metadata?: DocumentMetadata
    }
  | { readonly document: ReadDocument }
