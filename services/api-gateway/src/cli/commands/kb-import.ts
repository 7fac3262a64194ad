import { importFiles } from '../../services/documents/import-files.js'
import type { Command } from '../command.js'

export interface KbImportArguments {
  readonly paths: readonly string[]
  readonly concurrency?: number
}

export const kbImport: Command<KbImportArguments> = async ({ dependencies, actor, out, signal }, args) => {
  const { clock, config, database, embedder, services } = dependencies
  const startedAt = clock.monotonic()
  const report = await importFiles(
    {
      db: database.db,
      documents: services.documents,
      embedder,
      maxDocumentBytes: config.maxDocumentBytes,
      actor,
    },
    args.paths,
    {
      ...(args.concurrency === undefined ? {} : { concurrency: args.concurrency }),
      onProgress: progress => out.progress({ label: 'Importing', unit: 'documents', ...progress }),
      signal,
    },
  )
  const { added, replaced, unchanged, chunks, duplicates, failed, ignored, stopped } = report
  for (const { path, reason } of duplicates) out.line(`skipped ${path}: ${reason}`)
  for (const { path, reason } of failed) out.error(`failed ${path}: ${reason}`)
  const seconds = ((clock.monotonic() - startedAt) / 1000).toFixed(1)
  const parts = [
    `${added} added`,
    `${replaced} replaced`,
    `${unchanged} unchanged`,
    ...(duplicates.length > 0 ? [`${duplicates.length} skipped`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(ignored > 0 ? [`${ignored} of other kinds ignored`] : []),
  ]
  out.line(`${parts.join(', ')}; ${chunks} passages in ${seconds} s`)
  if (stopped) return 130
  return failed.length > 0 ? 1 : 0
}
