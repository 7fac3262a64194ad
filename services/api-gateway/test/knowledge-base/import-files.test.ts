import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeDatabases } from '@voiceassist/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import type { Embedder } from '#src/embedding/embedder'
import { GatewayError } from '#src/errors'
import { type ImportOptions, importFiles } from '#src/services/documents/import-files'
import { type KnowledgeBase, maxDocumentBytes, openKnowledgeBase } from './knowledge-base-fixture.js'

describeDatabases('an import', kind => {
  let kb: KnowledgeBase
  let folder: string
  beforeAll(async () => {
    kb = await openKnowledgeBase(kind)
  })
  afterAll(() => kb?.close())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'va-import-'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true })
    await kb.database.pool.query('delete from kb_documents')
  })

  const write = async (path: string, text: string | Uint8Array) => {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const run = (
    paths: readonly string[] = [folder],
    options: ImportOptions = {},
    embedder: Embedder = kb.embedder,
  ) => {
    const { documents } = kb.withEmbedder(embedder)
    return importFiles(
      { db: kb.database.db, documents, embedder, maxDocumentBytes, actor: gatewayActor('test') },
      paths,
      options,
    )
  }
  const titles = async () => {
    const { items } = await kb.documents.list({ limit: 1000 })
    return items.map(item => item.title).sort()
  }

  test('takes the documents of a folder, whatever lies between them', async () => {
    await write('a.md', '# Angina\n\nChest pain.')
    await write('sub/deep/b.txt', 'Plain text of bronchitis.')
    await write('c.HTM', '<title>Colic</title><p>Pain in waves.')
    await write('picture.png', Buffer.from([0x89, 0x50]))
    await write('.hidden.md', '# Hidden\n\nNot to be seen.')
    await write('.git/d.md', '# Git\n\nNot to be seen.')
    await symlink(folder, join(folder, 'sub', 'loop'))
    await symlink(join(folder, 'a.md'), join(folder, 'again.md'))
    const progress: string[] = []
    const report = await run([folder, join(folder, 'sub')], {
      onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
    })
    expect(report).toMatchObject({
      added: 3,
      replaced: 0,
      unchanged: 0,
      ignored: 1,
      failed: [],
      duplicates: [],
    })
    expect(await titles()).toEqual(['Angina', 'Colic', 'b'])
    expect(progress).toEqual(['0/3', '1/3', '2/3', '3/3'])
  })

  test('does nothing for unchanged files, replaces changed ones and skips copies', async () => {
    await write('a.md', '# A\n\nFirst.')
    await write('b.md', '# B\n\nSecond.')
    await run()
    const before = await kb.documents.list({ limit: 10 })
    const noEmbedder = { ...kb.embedder, embed: () => Promise.reject(new Error('asked to embed')) }
    expect(await run([folder], {}, noEmbedder)).toMatchObject({ added: 0, unchanged: 2, failed: [] })
    expect(await kb.documents.list({ limit: 10 })).toEqual(before)
    await write('b.md', '# B\n\nSecond, changed.')
    await write('copy.md', '# A\n\nFirst.')
    const report = await run()
    expect(report).toMatchObject({ added: 0, replaced: 1, unchanged: 1, failed: [] })
    const a = before.items.find(item => item.title === 'A')!
    expect(report.duplicates).toEqual([
      { path: expect.stringMatching(/copy\.md$/), reason: expect.stringContaining(a.id) },
    ])
    const b = before.items.find(item => item.title === 'B')!
    expect(await kb.documents.read(b.id)).toMatchObject({
      version: 2,
      chunks: [{ text: 'Second, changed.' }],
    })
  })

  test('reports bad files and goes on', async () => {
    for (let n = 0; n < 10; n++) await write(`good${n}.md`, `# Good ${n}\n\nText ${n}.`)
    await write('bad-binary.md', Buffer.from([0x25, 0x50, 0x44, 0x46, 0x2d]))
    await write('bad-empty.md', '')
    await write('bad-yaml.md', '---\ntitle: [\n---\ntext')
    await write('bad-large.txt', Buffer.alloc(maxDocumentBytes + 1, 'a '))
    await symlink(join(folder, 'nowhere'), join(folder, 'bad-link.md'))
    const missing = join(folder, 'missing')
    const report = await run([folder, missing], { concurrency: 3 })
    expect(report).toMatchObject({ added: 10, stopped: false })
    const names = report.failed.map(({ path }) => path.slice(folder.length + 1)).sort()
    expect(names).toEqual([
      'bad-binary.md',
      'bad-empty.md',
      'bad-large.txt',
      'bad-link.md',
      'bad-yaml.md',
      'missing',
    ])
    for (const { reason } of report.failed) expect(reason).toMatch(/^[A-Z][^\n]+$/)
    const again = await run([folder])
    expect(again).toMatchObject({ added: 0, unchanged: 10 })
    expect(again.failed).toHaveLength(5)
  })

  test('goes on where it was stopped', async () => {
    for (let n = 0; n < 12; n++)
      await write(`${String(n).padStart(2, '0')}.md`, `# Document ${n}\n\nText ${n}.`)
    const stop = new AbortController()
    const report = await run([folder], {
      concurrency: 2,
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done === 4) stop.abort(new Error('Stopped'))
      },
    })
    expect(report.stopped).toBe(true)
    const { items, total } = await kb.documents.list({ limit: 100 })
    expect(total).toBeLessThan(12)
    expect(report.added).toBeLessThanOrEqual(total)
    for (const { id, chunkCount } of items)
      expect((await kb.documents.read(id)).chunks).toHaveLength(chunkCount)
    expect(await run()).toMatchObject({ unchanged: total, added: 12 - total, stopped: false })
    expect(await titles()).toHaveLength(12)
  })

  test('an embedder that fails for one file stops nothing; a database that fails stops all', async () => {
    await write('a.md', '# A\n\nPoison.')
    await write('b.md', '# B\n\nHarmless.')
    const choosy: Embedder = {
      ...kb.embedder,
      async embed(texts, options) {
        if (texts.some(text => text.includes('Poison')))
          throw new GatewayError('EMBEDDER_FAILED', 'It choked')
        return kb.embedder.embed(texts, options)
      },
    }
    expect(await run([folder], {}, choosy)).toMatchObject({ added: 1, failed: [{ reason: 'It choked' }] })
    const other = { ...kb.embedder, model: 'another model' }
    await expect(run([folder], {}, other)).rejects.toMatchObject({ code: 'EMBEDDER_MISMATCH' })
  })

  test('a renamed file is known by its content', async () => {
    await write('old.md', '# Same\n\nText.')
    await run()
    await rename(join(folder, 'old.md'), join(folder, 'new.md'))
    expect(await run()).toMatchObject({ added: 0, duplicates: [{ path: expect.stringMatching(/new\.md$/) }] })
  })
})
