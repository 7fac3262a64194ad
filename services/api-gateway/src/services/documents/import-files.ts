import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Kysely } from 'kysely'
import type { Actor } from '../../audit/actor.js'
import type { Database } from '../../db/schema.js'
import type { Embedder } from '../../embedding/embedder.js'
import { GatewayError } from '../../errors.js'
import { tidyKnowledgeBase } from '../../repositories/kb-chunks.repository.js'
import { findDocument } from '../../repositories/kb-documents.repository.js'
import type { DocumentsService } from './documents-port.js'
import { fileError, findFiles } from './find-files.js'
import { inLanes } from './in-lanes.js'

export interface ImportProgress {
  readonly done: number
  readonly total: number
  readonly failed: number
}

export interface ImportOptions {
  /** Documents under way at once. Default: as many as keep the embedder busy. */
  readonly concurrency?: number
  readonly onProgress?: (progress: ImportProgress) => void
  readonly signal?: AbortSignal
}

export interface ImportReport {
  readonly added: number
  readonly replaced: number
  readonly unchanged: number
  /** Chunks of what was added and replaced. */
  readonly chunks: number
  /** Files in folders that are no documents by their name. */
  readonly ignored: number
  /** Files whose content is stored already, from another file. */
  readonly duplicates: readonly { readonly path: string; readonly reason: string }[]
  readonly failed: readonly { readonly path: string; readonly reason: string }[]
  /** True when the signal ended it early; the documents that were under way then are not stored. */
  readonly stopped: boolean
}

export interface ImportDependencies {
  readonly db: Kysely<Database>
  readonly documents: Pick<DocumentsService, 'create' | 'replace' | 'remove'>
  readonly embedder: Pick<Embedder, 'parallelism'>
  readonly maxDocumentBytes: number
  readonly actor: Actor
}

/** Beside those that are embedded: one that is read and one that is written. */
const beside = 2

type Outcome = 'added' | 'replaced' | 'unchanged'

/**
 * Stores the files of folders, and replaces what has changed since; documents whose file is gone stay. What a file holds
 * decides: the same content as the last time is left as it is, so that an import that was stopped goes on where it was.
 * A file that fails stops nothing.
 */
export async function importFiles(
  dependencies: ImportDependencies,
  paths: readonly string[],
  { concurrency, onProgress, signal }: ImportOptions = {},
): Promise<ImportReport> {
  const { db, embedder } = dependencies
  const counts = { added: 0, replaced: 0, unchanged: 0, chunks: 0, ignored: 0 }
  const failed: { path: string; reason: string }[] = []
  const duplicates: { path: string; reason: string }[] = []
  const report = (stopped: boolean) => ({ ...counts, failed, duplicates, stopped })
  try {
    const found = await findFiles(paths, signal)
    counts.ignored = found.ignored
    failed.push(...found.failed)
    const total = found.files.length + found.failed.length
    let done = found.failed.length
    onProgress?.({ done, total, failed: failed.length })
    const lanes = concurrency ?? embedder.parallelism + beside
    const repeated: string[] = []
    const importOne = async (path: string, onDuplicate: (reason: string) => void) => {
      signal?.throwIfAborted()
      try {
        const { outcome, chunks } = await importFile(dependencies, path, signal)
        counts[outcome] += 1
        counts.chunks += chunks
      } catch (error) {
        signal?.throwIfAborted()
        const reason = reasonOf(error)
        if (isDuplicate(error)) return onDuplicate(reason)
        failed.push({ path, reason })
      }
      done += 1
      onProgress?.({ done, total, failed: failed.length })
    }
    await inLanes(found.files, lanes, path => importOne(path, () => repeated.push(path)))
    // What a file repeated may have changed in the same run: two files that swapped their contents.
    await inLanes(repeated, lanes, path =>
      importOne(path, reason => {
        duplicates.push({ path, reason })
        done += 1
        onProgress?.({ done, total, failed: failed.length })
      }),
    )
  } catch (error) {
    if (signal?.aborted) return report(true)
    throw error
  }
  if (counts.added + counts.replaced > 0) await tidyKnowledgeBase(db)
  return report(false)
}

async function importFile(
  { db, documents, maxDocumentBytes, actor }: ImportDependencies,
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ outcome: Outcome; chunks: number }> {
  const { size } = await stat(path)
  if (size > maxDocumentBytes)
    throw new GatewayError(
      'DOCUMENT_TOO_LARGE',
      `The file has ${size} bytes, more than the ${maxDocumentBytes} that are taken`,
      { remedy: 'Divide it, or raise MAX_DOCUMENT_BYTES' },
    )
  const bytes = await readFile(path)
  const contentHash = createHash('sha256').update(bytes).digest('hex')
  const known = await findDocument(db, { sourceKey: path })
  if (known?.contentHash === contentHash) return { outcome: 'unchanged', chunks: 0 }
  const input = { bytes, filename: basename(path), sourceKey: path }
  const indexing = signal ? { signal } : {}
  if (!known) return { outcome: 'added', chunks: (await documents.create(actor, input, indexing)).chunkCount }
  try {
    const { chunkCount } = await documents.replace(actor, known.id, input, indexing)
    return { outcome: 'replaced', chunks: chunkCount }
  } catch (error) {
    // The file has become a copy of another one: what it held before must not be found any more.
    if (isDuplicate(error)) await documents.remove(actor, known.id)
    throw error
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'DOCUMENT_EXISTS'
}

/** One line, for people. What is no fault of the file is thrown on, since it would fail every other file too. */
function reasonOf(error: unknown): string {
  if (error instanceof GatewayError) {
    if (error.status >= 500 && error.code !== 'EMBEDDER_FAILED') throw error
    return error.message
  }
  if (typeof (error as NodeJS.ErrnoException).path === 'string') return fileError(error)
  throw error
}
