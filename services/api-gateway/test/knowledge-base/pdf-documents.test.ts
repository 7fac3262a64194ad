import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { importFiles } from '#src/services/documents/import-files'
import { paragraph, pdfFile } from '../pdf/pdf-file.js'
import { type KnowledgeBase, maxDocumentBytes, openKnowledgeBase } from './knowledge-base-fixture.js'

const actor = gatewayActor('test')
const words = (topic: string) =>
  Array.from({ length: 30 }, (_, index) => `Line ${index} says much of ${topic} and more.`)
const guideline = pdfFile(
  [
    [{ text: 'Sepsis', y: 760, size: 20 }, ...paragraph(730, ...words('fluids'), 'and anti-')],
    [
      ...paragraph(760, 'biotics early.'),
      { text: 'Dosing', y: 700, size: 14 },
      ...paragraph(670, ...words('doses')),
    ],
  ],
  { info: { Title: 'Sepsis guideline' } },
)

describeDatabases('PDF documents', kind => {
  let kb: KnowledgeBase
  beforeAll(async () => {
    kb = await openKnowledgeBase(kind)
  })
  afterAll(() => kb?.close())

  test('are stored with their title, headings and text, and found', async () => {
    const stored = await kb.documents.create(actor, { bytes: guideline, filename: 'g.pdf' })
    expect(stored).toMatchObject({ title: 'Sepsis guideline', fileType: 'pdf', filename: 'g.pdf' })
    const { text, chunks } = await kb.documents.read(stored.id)
    expect(text).toContain('and antibiotics\nearly.')
    expect([...new Set(chunks.map(({ heading }) => heading))]).toEqual(['Sepsis', 'Sepsis > Dosing'])
    for (const chunk of chunks) expect(text.slice(chunk.start, chunk.end)).toBe(chunk.text)
    await kb.documents.remove(actor, stored.id)
  })

  test('stay the same when they are indexed again from what is stored', async () => {
    const { id } = await kb.documents.create(actor, { bytes: guideline, filename: 'g.pdf' })
    const before = await kb.documents.read(id)
    await kb.documents.reindex(actor, id)
    const after = await kb.documents.read(id)
    const plain = ({ chunks, text, title, fileType }: typeof before) => ({
      text,
      title,
      fileType,
      chunks: chunks.map(({ position, heading, start, end }) => ({ position, heading, start, end })),
    })
    expect(plain(after)).toEqual(plain(before))
    await kb.documents.remove(actor, id)
  })

  test('that cannot be read store nothing', async () => {
    const { total } = await kb.documents.list({ limit: 1 })
    await expect(
      kb.documents.create(actor, { bytes: guideline.subarray(0, 2000), filename: 'cut.pdf' }),
    ).rejects.toMatchObject({ code: 'DOCUMENT_UNREADABLE', status: 422 })
    await expect(
      kb.documents.create(actor, { bytes: pdfFile([[], []]), filename: 'scan.pdf' }),
    ).rejects.toMatchObject({ code: 'DOCUMENT_SCANNED', status: 422, remedy: expect.stringContaining('OCR') })
    expect((await kb.documents.list({ limit: 1 })).total).toBe(total)
  })

  test('are taken from a folder; one that is broken stops no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'va-pdf-import-'))
    await writeFile(join(folder, 'sepsis.pdf'), guideline)
    await writeFile(join(folder, 'broken.PDF'), 'no PDF at all')
    await writeFile(join(folder, 'notes.md'), '# Notes\n\nOf asthma.')
    const report = await importFiles(
      { db: kb.database.db, documents: kb.documents, embedder: kb.embedder, maxDocumentBytes, actor },
      [folder],
    )
    expect(report).toMatchObject({ added: 2, ignored: 0 })
    expect(report.failed).toEqual([
      { path: expect.stringMatching(/broken\.PDF$/), reason: 'The PDF is broken' },
    ])
    await rm(folder, { recursive: true })
  })
})
