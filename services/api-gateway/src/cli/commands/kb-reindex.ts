import { reindexAll } from '../../services/documents/reindex-all.js'
import type { Command } from '../command.js'

export interface KbReindexArguments {
  /** Absent: every document. */
  readonly id?: string
}

const label = 'Reindexing'

export const kbReindex: Command<KbReindexArguments> = async (
  { dependencies, actor, out, signal },
  { id },
) => {
  const { database, embedder, services } = dependencies
  if (id !== undefined) {
    const { title, chunkCount } = await services.documents.reindex(actor, id, {
      onProgress: ({ embedded, chunks }) =>
        out.progress({ label, unit: 'passages', done: embedded, total: chunks, failed: 0 }),
      signal,
    })
    out.line(`reindexed ${id}: ${title}, ${chunkCount} passages`)
    return 0
  }
  const { done, unit } = await reindexAll(
    { db: database.db, documents: services.documents, embedder, actor },
    { onProgress: progress => out.progress({ label, failed: 0, ...progress }), signal },
  )
  out.line(`reindexed ${done} ${unit} with ${embedder.model}`)
  return 0
}
