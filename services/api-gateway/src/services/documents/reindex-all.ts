import type { Kysely } from 'kysely'
import type { Actor } from '../../audit/actor.js'
import { asOwner } from '../../db/gateway-role.js'
import { inTransaction } from '../../db/held-transaction.js'
import type { Database } from '../../db/schema.js'
import type { Embedder } from '../../embedding/embedder.js'
import { readStoredEmbedder } from '../../embedding/stored-embedder.js'
import { GatewayError } from '../../errors.js'
import { embeddingText } from '../../knowledge/embedding-text.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import {
  type ChunkText,
  countChunks,
  exchangeVectors,
  openVectorExchange,
  stageVectors,
  unstagedChunks,
} from '../../repositories/kb-vector-exchange.repository.js'
import type { DocumentsService } from './documents-port.js'
import { inLanes } from './in-lanes.js'

export interface ReindexOptions {
  readonly onProgress?: (progress: {
    readonly done: number
    readonly total: number
    readonly unit: string
  }) => void
  readonly signal?: AbortSignal
}

export interface ReindexDependencies {
  readonly db: Kysely<Database>
  readonly documents: Pick<DocumentsService, 'list' | 'reindex'>
  readonly embedder: Embedder
  readonly actor: Actor
}

const documentsPerPage = 200
const chunksPerStep = 32
const nilId = '00000000-0000-0000-0000-000000000000'

/**
 * Brings all vectors to the embedder that is configured. When it is the one that made them, each document is cut and
 * embedded anew, one by one; else the new vectors are gathered aside and take the place of the old ones at once, and
 * what an interrupted run has gathered is used.
 * @returns how many documents, or chunks, were done
 */
export async function reindexAll(
  dependencies: ReindexDependencies,
  options: ReindexOptions = {},
): Promise<{ readonly done: number; readonly unit: 'documents' | 'chunks' }> {
  const { db, embedder } = dependencies
  const stored = await readStoredEmbedder(db)
  return stored && stored.model === embedder.model && stored.dimensions === embedder.dimensions
    ? { done: await reindexEach(dependencies, options), unit: 'documents' }
    : { done: await changeEmbedder(dependencies, options), unit: 'chunks' }
}

async function reindexEach(
  { documents, embedder, actor }: ReindexDependencies,
  { onProgress, signal }: ReindexOptions,
): Promise<number> {
  let done = 0
  let total = 0
  async function* ids() {
    let cursor: string | undefined
    do {
      const page = await documents.list({ limit: documentsPerPage, ...(cursor ? { cursor } : {}) })
      total = page.total
      yield* page.items.map(({ id }) => id)
      cursor = page.nextCursor ?? undefined
    } while (cursor)
  }
  await inLanes(ids(), embedder.parallelism + 1, async id => {
    signal?.throwIfAborted()
    try {
      await documents.reindex(actor, id, signal ? { signal } : {})
    } catch (error) {
      // Deleted since the list was made.
      if (!(error instanceof GatewayError && error.code === 'NOT_FOUND')) throw error
    }
    done += 1
    onProgress?.({ done, total, unit: 'documents' })
  })
  return done
}

async function changeEmbedder(
  { db, embedder, actor }: ReindexDependencies,
  { onProgress, signal }: ReindexOptions,
): Promise<number> {
  const { model, dimensions } = embedder
  await inTransaction(db, transaction =>
    asOwner(transaction, () => openVectorExchange(transaction, { model, dimensions })),
  )
  let done = 0
  for (let isInPlace = false; !isInPlace; ) {
    const { chunks: total, staged } = await countChunks(db)
    done = staged
    onProgress?.({ done, total, unit: 'chunks' })
    await inLanes(steps(db), embedder.parallelism + 1, async chunks => {
      signal?.throwIfAborted()
      const vectors = await embedder.embed(chunks.map(embeddingText), signal ? { signal } : {})
      await stageVectors(
        db,
        chunks.map(({ id }) => id),
        vectors,
      )
      done += chunks.length
      onProgress?.({ done, total: Math.max(total, done), unit: 'chunks' })
    })
    signal?.throwIfAborted()
    isInPlace = await inTransaction(db, async transaction => {
      const isDone = await asOwner(transaction, () => exchangeVectors(transaction, { model, dimensions }))
      if (isDone)
        await recordAudit(transaction, actor, {
          action: 'kb.exchange_embedder',
          details: { model, dimensions },
        })
      return isDone
    })
  }
  return done
}

async function* steps(db: Kysely<Database>): AsyncGenerator<ChunkText[]> {
  for (let after = nilId; ; ) {
    const chunks = await unstagedChunks(db, after, chunksPerStep)
    if (chunks.length === 0) return
    after = chunks.at(-1)!.id
    yield chunks
  }
}
