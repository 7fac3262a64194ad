import { type Clock, systemClock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { AuditEntry } from '../../audit/audit-actions.js'
import { inTransaction } from '../../db/held-transaction.js'
import type { Database } from '../../db/schema.js'
import type { Embedder } from '../../embedding/embedder.js'
import { refuseOtherEmbedder } from '../../embedding/stored-embedder.js'
import { GatewayError } from '../../errors.js'
import { canonicalText } from '../../knowledge/canonical-text.js'
import { embeddingText } from '../../knowledge/embedding-text.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import { deleteChunks, insertChunks } from '../../repositories/kb-chunks.repository.js'
import {
  type DocumentValues,
  deleteDocument,
  findDocument,
  insertDocument,
  listDocuments,
  readDocumentDetail,
  touchDocument,
  updateDocument,
} from '../../repositories/kb-documents.repository.js'
import { holdStoredEmbedder } from '../../repositories/kb-embedder.repository.js'
import { DocumentPreparer } from './document-preparer.js'
import type { DocumentInput, DocumentSummary, DocumentsService, IndexingOptions } from './documents-port.js'
import { embedTexts } from './embed-texts.js'
import type { PreparedDocument } from './prepared-document.js'
import { storedDocument } from './stored-sections.js'

export interface DocumentsServiceOptions {
  readonly db: Kysely<Database>
  readonly embedder: Embedder
  readonly maxDocumentBytes: number
  /** By which reading a PDF is ended. Default: the system's. */
  readonly clock?: Clock
}

/**
 * Everything slow (reading, cutting, embedding) happens before a transaction, which then writes a document with all
 * of its chunks.
 */
export function createDocumentsService(options: DocumentsServiceOptions): DocumentsService {
  const { db, embedder, maxDocumentBytes, clock = systemClock } = options
  const preparer = new DocumentPreparer({ clock })

  const prepare = async (input: DocumentInput, indexing: IndexingOptions, replaced?: string) => {
    refuseLarge(input.bytes, maxDocumentBytes)
    const prepared = await preparer.prepare(input, indexing.signal)
    const contentHash = prepared.contentHash!
    await refuseExisting(db, { contentHash, sourceKey: input.sourceKey }, replaced)
    const vectors = await embedTexts(embedder, textsOf(prepared), indexing)
    indexing.signal?.throwIfAborted()
    return { prepared, vectors, values: { ...valuesOf(prepared, input.filename), contentHash } }
  }

  return {
    async create(actor, input, indexing = {}) {
      const { prepared, vectors, values } = await prepare(input, indexing)
      const { sourceKey = null } = input
      const keys = { contentHash: values.contentHash, sourceKey: input.sourceKey }
      return namingExisting(db, keys, undefined, () =>
        inTransaction(db, async transaction => {
          refuseOtherEmbedder(await holdStoredEmbedder(transaction), embedder)
          const stored = await insertDocument(transaction, {
            ...values,
            sourceKey,
            createdBy: actor.userId,
          })
          const document = { id: stored.id, titleTerms: prepared.titleTerms }
          await insertChunks(transaction, document, prepared.chunks, vectors)
          await recordAudit(transaction, actor, changeOf('document.create', stored))
          return stored
        }),
      )
    },

    async replace(actor, id, input, indexing = {}) {
      if (!isId(id) || !(await findDocument(db, { id }))) throw notFound()
      const { prepared, vectors, values } = await prepare(input, indexing, id)
      const { sourceKey } = input
      return namingExisting(db, { contentHash: values.contentHash, sourceKey }, id, () =>
        inTransaction(db, async transaction => {
          refuseOtherEmbedder(await holdStoredEmbedder(transaction), embedder)
          const key = sourceKey === undefined ? {} : { sourceKey }
          const stored = await updateDocument(transaction, id, { ...values, ...key })
          if (!stored) throw notFound()
          await deleteChunks(transaction, id)
          await insertChunks(transaction, { id, titleTerms: prepared.titleTerms }, prepared.chunks, vectors)
          await recordAudit(transaction, actor, changeOf('document.replace', stored))
          return stored
        }),
      )
    },

    async reindex(actor, id, indexing = {}) {
      for (;;) {
        const old = isId(id) ? await readDocumentDetail(db, id) : undefined
        if (!old) throw notFound()
        const prepared = await preparer.prepare({ document: storedDocument(old) }, indexing.signal)
        const vectors = await embedTexts(embedder, textsOf(prepared), indexing)
        const counts = { chunkCount: prepared.chunks.length, wordCount: prepared.wordCount }
        const stored = await inTransaction(db, async transaction => {
          refuseOtherEmbedder(await holdStoredEmbedder(transaction), embedder)
          const locked = await touchDocument(transaction, old, counts)
          if (!locked) return undefined
          await deleteChunks(transaction, id)
          await insertChunks(transaction, { id, titleTerms: prepared.titleTerms }, prepared.chunks, vectors)
          await recordAudit(transaction, actor, changeOf('document.reindex', locked))
          return locked
        })
        if (stored) return stored // else it was replaced or removed meanwhile: look again
      }
    },

    list: query => listDocuments(db, query),

    async summary(id) {
      const found = isId(id) ? await findDocument(db, { id }) : undefined
      if (!found) throw notFound()
      return found
    },

    async read(id) {
      const found = isId(id) ? await readDocumentDetail(db, id) : undefined
      if (!found) throw notFound()
      return found
    },

    async remove(actor, id) {
      const resource = { type: 'document', id } as const
      const removed = await inTransaction(db, async transaction => {
        if (!isId(id) || !(await deleteDocument(transaction, id))) return false
        await recordAudit(transaction, actor, { action: 'document.delete', resource })
        return true
      })
      if (!removed) throw notFound()
    },
  }
}

function changeOf(action: AuditEntry['action'], { id, version, chunkCount }: DocumentSummary): AuditEntry {
  return { action, resource: { type: 'document', id }, details: { version, chunkCount } }
}

function textsOf({ title, chunks }: PreparedDocument): string[] {
  return chunks.map(({ heading, text }) => embeddingText({ title, heading, text }))
}

function valuesOf(
  prepared: PreparedDocument,
  filename: string | undefined,
): Omit<DocumentValues, 'contentHash'> {
  const { title, sourceType, format, text, metadata, wordCount, chunks } = prepared
  const name = filename === undefined ? null : storableFilename(filename)
  return {
    title,
    sourceType,
    filename: name,
    fileType: format,
    text,
    metadata,
    wordCount,
    chunkCount: chunks.length,
  }
}

const maxFilenameLength = 255

/** The end of a name that is too long, since that has the extension. */
function storableFilename(filename: string): string {
  return canonicalText(filename)
    .slice(-maxFilenameLength)
    .replace(/^\p{Surrogate}/u, '')
}

function refuseLarge(bytes: Uint8Array, maxDocumentBytes: number): void {
  if (bytes.length > maxDocumentBytes)
    throw new GatewayError(
      'DOCUMENT_TOO_LARGE',
      `The document has ${bytes.length} bytes, more than the ${maxDocumentBytes} that are taken`,
      { field: 'file', remedy: 'Divide it, or raise MAX_DOCUMENT_BYTES' },
    )
}

interface Keys {
  readonly contentHash: string
  readonly sourceKey: string | undefined
}

/** @throws GatewayError DOCUMENT_EXISTS when another document than `self` has the content or the key. */
async function refuseExisting(db: Kysely<Database>, keys: Keys, self: string | undefined): Promise<void> {
  const same = await findDocument(db, { contentHash: keys.contentHash })
  if (same && same.id !== self) throw exists(same, 'The same content is stored already')
  const sourceKey = keys.sourceKey
  const from = sourceKey === undefined ? undefined : await findDocument(db, { sourceKey })
  if (from && from.id !== self) throw exists(from, 'A document of the same source is stored already')
}

function exists({ id }: DocumentSummary, message: string): GatewayError {
  return new GatewayError('DOCUMENT_EXISTS', `${message}: document ${id}`, {
    remedy: 'Replace that document, or delete it first',
  })
}

/** Two that store the same at once both find nothing; the unique index then stops one of them. */
async function namingExisting<T>(
  db: Kysely<Database>,
  keys: Keys,
  self: string | undefined,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if ((error as { code?: string }).code === '23505') await refuseExisting(db, keys, self)
    throw error
  }
}

/** No document has another kind of id, and the database refuses to compare with one. */
function isId(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
}

function notFound(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no such document')
}
