import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createHashingEmbedder,
  describeDatabases,
  type TempDatabase,
  tempDatabase,
} from '@voiceassist/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import type { OpenDatabase } from '#src/db/open-database'
import { createDocumentsService } from '#src/services/documents/documents.service'
import { importFiles } from '#src/services/documents/import-files'

describeDatabases('files that become copies of each other', kind => {
  let temporary: TempDatabase
  let database: OpenDatabase
  let folder: string
  const embedder = createHashingEmbedder()

  beforeEach(async () => {
    temporary = await tempDatabase({ kind })
    database = await temporary.open()
    folder = mkdtempSync(join(tmpdir(), 'va-copies-'))
  })
  afterEach(async () => {
    await temporary.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

  function run() {
    const maxDocumentBytes = 1 << 20
    const documents = createDocumentsService({ db: database.db, embedder, maxDocumentBytes })
    return importFiles(
      { db: database.db, documents, embedder, maxDocumentBytes, actor: gatewayActor('test') },
      [folder],
      {
        concurrency: 1,
      },
    )
  }

  async function stored(): Promise<Record<string, string>> {
    const rows = await database.db.selectFrom('kb_documents').select(['source_key', 'content']).execute()
    return Object.fromEntries(rows.map(row => [row.source_key!.slice(folder.length + 1), row.content.trim()]))
  }

  test('what a file held before it became a copy is found no more', async () => {
    write('a.md', 'Outdated advice on zanamivir.')
    write('b.md', 'Current advice on zanamivir.')
    await run()
    write('a.md', 'Current advice on zanamivir.')
    const report = await run()
    expect(report.duplicates.map(item => item.path)).toEqual([join(folder, 'a.md')])
    expect(await stored()).toEqual({ 'b.md': 'Current advice on zanamivir.' })
  })

  test('two files that swapped their contents are both stored', async () => {
    write('a.md', 'One text.')
    write('b.md', 'Another text.')
    await run()
    write('a.md', 'Another text.')
    write('b.md', 'One text.')
    expect(await run()).toMatchObject({ duplicates: [], failed: [] })
    expect(await stored()).toEqual({ 'a.md': 'Another text.', 'b.md': 'One text.' })
    expect(await run()).toMatchObject({ added: 0, replaced: 0, unchanged: 2 })
  })
})
