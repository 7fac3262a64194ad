import { gatewayActor } from '@voiceassist/api-gateway/audit/actor'
import type { OpenDatabase } from '@voiceassist/api-gateway/db/open-database'
import type { Embedder } from '@voiceassist/api-gateway/embedding/embedder'
import { createDocumentsService } from '@voiceassist/api-gateway/services/documents/documents.service'
import { importFiles } from '@voiceassist/api-gateway/services/documents/import-files'
import { machine, say, sayProgress } from '../common/say.js'
import { startStopwatch, type Taken } from '../common/stopwatch.js'
import type { Corpus } from './corpus.js'

const maxDocumentBytes = 100 * 1024 * 1024

/** Imports the documents as `voiceassist kb import` does. */
export async function measureImport(
  { db }: OpenDatabase,
  embedder: Embedder,
  { documents: folder }: Corpus,
): Promise<Taken> {
  const documents = createDocumentsService({ db, embedder, maxDocumentBytes })
  const stop = startStopwatch()
  const actor = gatewayActor('bench')
  const report = await importFiles({ db, documents, embedder, maxDocumentBytes, actor }, [folder], {
    onProgress: ({ done, total }) => sayProgress(`importing: ${done} of ${total} documents`),
  })
  const taken = stop()
  const { seconds } = taken
  sayProgress('')
  for (const { path, reason } of [...report.failed, ...report.duplicates])
    say(`not imported: ${path}: ${reason}`)
  if (report.added === 0) throw new Error(`${folder} holds no document that could be imported`)
  const perMinute = ((report.added / seconds) * 60).toFixed(0)
  say(`on ${machine()}`)
  say(
    `import: ${report.added} documents, ${report.chunks} passages in ${seconds.toFixed(1)} s with ${embedder.parallelism} embedding workers: ${perMinute} documents a minute`,
  )
  return taken
}
