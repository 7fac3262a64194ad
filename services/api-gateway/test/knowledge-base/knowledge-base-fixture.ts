import { systemClock } from '@voiceassist/kernel'
import {
  createHashingEmbedder,
  type DatabaseKind,
  type TempDatabase,
  tempDatabase,
} from '@voiceassist/testkit'
import type { OpenDatabase } from '#src/db/open-database'
import type { Embedder } from '#src/embedding/embedder'
import { createDocumentsService } from '#src/services/documents/documents.service'
import type { DocumentsService } from '#src/services/documents/documents-port'
import { createSearchService } from '#src/services/search.service'
import type { SearchService } from '#src/services/search-port'

export interface KnowledgeBase {
  readonly temp: TempDatabase
  readonly database: OpenDatabase
  readonly embedder: Embedder
  readonly documents: DocumentsService
  readonly search: SearchService
  /** Services on the same database with another embedder. */
  withEmbedder(embedder: Embedder): { readonly documents: DocumentsService; readonly search: SearchService }
  close(): Promise<void>
}

export const maxDocumentBytes = 100_000

export async function openKnowledgeBase(
  kind: DatabaseKind,
  embedder: Embedder = createHashingEmbedder(),
): Promise<KnowledgeBase> {
  const temp = await tempDatabase({ kind, embedder })
  const database = await temp.open({ clock: systemClock })
  const withEmbedder = (other: Embedder) => ({
    documents: createDocumentsService({ db: database.db, embedder: other, maxDocumentBytes }),
    search: createSearchService({ db: database.db, embedder: other }),
  })
  return { temp, database, embedder, ...withEmbedder(embedder), withEmbedder, close: () => temp.close() }
}

/** A Markdown file; paragraphs are sections of their own. */
export function markdown(
  title: string,
  paragraphs: readonly string[],
  facts: Record<string, unknown> = {},
): Uint8Array {
  const front = Object.entries({ title, ...facts }).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  const body = paragraphs.map((text, index) => `## Part ${index + 1}\n\n${text}\n`)
  return Buffer.from(['---', ...front, '---', '', `# ${title}`, '', ...body].join('\n'))
}
