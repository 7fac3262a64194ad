import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createHashingEmbedder, describeDatabases, tempDatabase } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import type { OpenDatabase } from '#src/db/open-database'
import { createBundledEmbedder } from '#src/embedding/bundled-embedder'
import type { Embedder } from '#src/embedding/embedder'
import { createDocumentsService } from '#src/services/documents/documents.service'
import { importFiles } from '#src/services/documents/import-files'
import { createSearchService } from '#src/services/search.service'

/** Real medical documents, which are not part of the project. */
const data = fileURLToPath(new URL('../../../../../shared/data/medquad/', import.meta.url))
const folder = join(data, 'documents')
const timeout = 240_000
/** One of so many is imported. */
const step = process.env.TEST_LONG ? 1 : 5
const maxDocumentBytes = 5 << 20

function importWith({ db }: OpenDatabase, embedder: Embedder, paths: readonly string[]) {
  const documents = createDocumentsService({ db, embedder, maxDocumentBytes })
  return importFiles({ db, documents, embedder, maxDocumentBytes, actor: gatewayActor('test') }, paths)
}

describe.skipIf(!existsSync(folder))('MedQuAD', () => {
  describeDatabases('real documents', kind => {
    test('are imported, and left as they are by a second import', { timeout }, async () => {
      const files = readdirSync(folder).filter((_, index) => index % step === 0)
      const paths = files.map(file => join(folder, file))
      const temporary = await tempDatabase({ kind })
      const database = await temporary.open()
      const embedder = createHashingEmbedder()
      expect(await importWith(database, embedder, paths)).toMatchObject({
        added: files.length,
        failed: [],
        duplicates: [],
      })
      expect(await importWith(database, embedder, paths)).toMatchObject({
        added: 0,
        replaced: 0,
        unchanged: files.length,
      })
      const { rows } = await database.pool.query<{
        text: string
        content: string
        start: number
        end: number
      }>(
        'select d.content as text, c.content, c.start_offset as start, c.end_offset as end from kb_documents d join kb_chunks c on c.document_id = d.id',
      )
      expect(rows.filter(({ text, content, start, end }) => text.slice(start, end) !== content)).toEqual([])
      await temporary.close()
    })
  })

  test('the bundled embedder finds the document that answers a question', { timeout }, async () => {
    const files = readdirSync(folder).filter((_, index) => index % 25 === 0)
    const names = new Set(files.map(file => parse(file).name))
    const embedder = createBundledEmbedder()
    const temporary = await tempDatabase({ kind: 'pglite', embedder })
    const database = await temporary.open()
    const report = await importWith(
      database,
      embedder,
      files.map(file => join(folder, file)),
    )
    expect(report).toMatchObject({ added: files.length, failed: [] })
    const search = createSearchService({ db: database.db, embedder })
    const { rows } = await database.pool.query<{ id: string; filename: string }>(
      'select id, filename from kb_documents',
    )
    const nameOf = new Map(rows.map(row => [row.id, parse(row.filename).name]))
    const questions = readFileSync(join(data, 'questions.jsonl'), 'utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as { question: string; document: string })
      .filter(({ document }) => names.has(document))
    let first = 0
    let amongFive = 0
    for (const { question, document } of questions) {
      const { hits } = await search.search({ query: question, topK: 5, scoreThreshold: 0 })
      if (nameOf.get(hits[0]?.documentId ?? '') === document) first += 1
      if (hits.some(hit => nameOf.get(hit.documentId) === document)) amongFive += 1
    }
    console.log(`${questions.length} questions: ${first} right at 1, ${amongFive} right at 5`)
    expect(first / questions.length).toBeGreaterThanOrEqual(0.93)
    expect(amongFive / questions.length).toBeGreaterThanOrEqual(0.99)
    await temporary.close()
    await embedder.close()
  })
})
