import { describeDatabases, gate } from '@voiceassist/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import type { Embedder } from '#src/embedding/embedder'
import {
  type KnowledgeBase,
  markdown,
  maxDocumentBytes,
  openKnowledgeBase,
} from './knowledge-base-fixture.js'

const unknownId = '00000000-0000-4000-8000-000000000000'

const actor = gatewayActor('test')

describeDatabases('documents', kind => {
  let kb: KnowledgeBase
  beforeAll(async () => {
    kb = await openKnowledgeBase(kind)
  })
  afterAll(() => kb?.close())

  test('are stored whole: facts, text, chunks and exact vectors', async () => {
    const bytes = markdown('Asthma', ['Wheezing and cough.', 'Inhaled steroids.'], {
      source: 'WHO',
      year: 2021,
    })
    const stored = await kb.documents.create(actor, {
      bytes,
      filename: 'asthma.md',
      sourceKey: '/a/asthma.md',
    })
    expect(stored).toMatchObject({
      title: 'Asthma',
      sourceType: 'WHO',
      filename: 'asthma.md',
      fileType: 'md',
      sourceKey: '/a/asthma.md',
      metadata: { year: 2021 },
      version: 1,
      chunkCount: 2,
    })
    const read = await kb.documents.read(stored.id)
    expect(read).toMatchObject(stored)
    expect(read.chunks.map(({ position, heading, text }) => [position, heading, text])).toEqual([
      [0, 'Part 1', 'Wheezing and cough.'],
      [1, 'Part 2', 'Inhaled steroids.'],
    ])
    for (const { text, start, end } of read.chunks) expect(read.text.slice(start, end)).toBe(text)
    const rows = await kb.database.pool.query(
      'select embedding::text as vector, title_terms, heading_terms, body_terms from kb_chunks where id = $1',
      [read.chunks[0]!.id],
    )
    const [vector] = await kb.embedder.embed(['Asthma\nPart 1\nWheezing and cough.'])
    expect(Float32Array.from(JSON.parse(rows.rows[0].vector))).toEqual(vector)
    expect(rows.rows[0]).toMatchObject({ title_terms: ['asthma'], heading_terms: ['part', '1'] })
    expect(rows.rows[0].body_terms).toContain('cough')
  })

  test('given facts go over those of the file', async () => {
    const bytes = markdown('From the file', ['Text of the overridden.'], { source: 'A', year: 1, kept: true })
    const stored = await kb.documents.create(actor, {
      bytes,
      title: ' Given\ttitle ',
      sourceType: 'B',
      metadata: { year: 2 },
    })
    expect(stored).toMatchObject({ title: 'Given title', sourceType: 'B', metadata: { year: 2, kept: true } })
  })

  test('the same content or source is refused with the id that has it, also when both come at once', async () => {
    const bytes = markdown('Twice', ['The very same.'])
    // Neither goes on before both have found that there is no such document yet.
    const met = gate()
    let waiting = 0
    const embed: Embedder['embed'] = async texts => {
      waiting += 1
      if (waiting === 2) met.open()
      await met.opened
      return kb.embedder.embed(texts)
    }
    const meeting = kb.withEmbedder({ ...kb.embedder, embed }).documents
    const both = await Promise.allSettled([
      meeting.create(actor, { bytes, sourceKey: '/twice/1.md' }),
      meeting.create(actor, { bytes, sourceKey: '/twice/2.md' }),
    ])
    const stored = both.find(result => result.status === 'fulfilled')!.value
    const refused = both.find(result => result.status === 'rejected')!.reason
    expect(refused).toMatchObject({ code: 'DOCUMENT_EXISTS', message: expect.stringContaining(stored.id) })
    const other = markdown('Other', ['Something else.'])
    await expect(
      kb.documents.create(actor, { bytes: other, sourceKey: stored.sourceKey! }),
    ).rejects.toMatchObject({
      code: 'DOCUMENT_EXISTS',
      message: expect.stringContaining(stored.id),
    })
    const second = await kb.documents.create(actor, { bytes: other })
    await expect(kb.documents.replace(actor, second.id, { bytes })).rejects.toMatchObject({
      code: 'DOCUMENT_EXISTS',
    })
    expect((await kb.documents.read(second.id)).title).toBe('Other')
  })

  test('a replacement keeps id and source, counts the version and forgets the old text', async () => {
    const first = markdown('Gout', ['Uric acid crystals.', 'Second part.'])
    const { id } = await kb.documents.create(actor, { bytes: first, sourceKey: '/gout.md' })
    const replaced = await kb.documents.replace(actor, id, { bytes: markdown('Gout now', ['Allopurinol.']) })
    expect(replaced).toMatchObject({
      id,
      version: 2,
      title: 'Gout now',
      sourceKey: '/gout.md',
      chunkCount: 1,
    })
    const { hits } = await kb.search.search({ query: 'uric acid crystals', topK: 50, scoreThreshold: 0 })
    expect(hits.filter(hit => hit.documentId === id).map(hit => hit.text)).toEqual(['Allopurinol.'])
  })

  test('readers see the old or the new version whole while replacements run at once', async () => {
    const version = (mark: string) =>
      markdown(
        `Measles ${mark}`,
        Array.from({ length: 12 }, (_, n) => `Sentence ${n} of ${mark}.`),
      )
    const { id } = await kb.documents.create(actor, { bytes: version('v0') })
    const seen = new Set<string>()
    let isDone = false
    const reader = async () => {
      while (!isDone) {
        const { title, text, chunks } = await kb.documents.read(id)
        const mark = title.split(' ')[1]!
        seen.add(mark)
        expect(chunks).toHaveLength(12)
        expect(text).toContain(`of ${mark}.`)
        const { hits } = await kb.search.search({
          query: 'measles sentence',
          topK: 50,
          scoreThreshold: 0,
          filters: { documentIds: [id] },
        })
        expect(hits).toHaveLength(12)
        expect(new Set(hits.map(hit => hit.title)).size).toBe(1)
        for (const hit of hits) expect(hit.text).toContain(` of ${hit.title.split(' ')[1]}.`)
      }
    }
    const readers = [reader(), reader()]
    const writers = Array.from({ length: 10 }, (_, n) =>
      kb.documents.replace(actor, id, { bytes: version(`v${n + 1}`) }),
    )
    await Promise.all(writers).finally(() => {
      isDone = true
    })
    await Promise.all(readers)
    expect((await kb.documents.read(id)).version).toBe(11)
    expect(seen.size).toBeGreaterThan(0)
  })

  test('a failure in the middle of a replacement leaves the old document', async () => {
    const { id } = await kb.documents.create(actor, {
      bytes: markdown('Rabies', ['Bites of animals.', 'Vaccine.']),
    })
    const before = await kb.documents.read(id)
    const failing = (embed: Embedder['embed']) => kb.withEmbedder({ ...kb.embedder, embed }).documents
    const bytes = markdown('Rabies anew', ['One.', 'Two.'])
    const broken = failing(async () => {
      throw new Error('no vectors today')
    })
    await expect(broken.replace(actor, id, { bytes })).rejects.toThrow('no vectors today')
    // Vectors of another length are only found out by the database, when the old chunks are gone already.
    const short = failing(async texts => texts.map(() => new Float32Array(3).fill(0.5)))
    await expect(short.replace(actor, id, { bytes })).rejects.toThrow()
    expect(await kb.documents.read(id)).toEqual(before)
    const reindexed = short.reindex(actor, id)
    await expect(reindexed).rejects.toThrow()
    expect(await kb.documents.read(id)).toEqual(before)
  })

  test('reindexing yields the same chunks, also of HTML, and keeps the version', async () => {
    const html = `<title>Burns</title><h1>Burns</h1><p>Cool it.</p><h2>Depth</h2><p>First degree. Second degree.</p>
      <h2>Depth</h2><p>Again under the same heading.</p>`
    for (const input of [
      { bytes: Buffer.from(html), filename: 'burns.html' },
      { bytes: markdown('Scalds', ['Water. Steam.', 'Cool it soon.']), filename: 'scalds.md' },
      { bytes: Buffer.from('No heading at all.\n\nTwo paragraphs of it.'), filename: 'plain.txt' },
    ]) {
      const { id } = await kb.documents.create(actor, input)
      const before = await kb.documents.read(id)
      await kb.documents.reindex(actor, id)
      const after = await kb.documents.read(id)
      const facts = (read: typeof before) => read.chunks.map(({ id: _id, ...chunk }) => chunk)
      expect(facts(after)).toEqual(facts(before))
      expect(after.version).toBe(1)
    }
  })

  test('a document that is replaced while it is reindexed is reindexed again', async () => {
    const { id } = await kb.documents.create(actor, { bytes: markdown('Mumps', ['Old text.']) })
    const isEmbedding = gate()
    const mayGoOn = gate()
    let calls = 0
    const slow = kb.withEmbedder({
      ...kb.embedder,
      async embed(texts, options) {
        calls += 1
        if (calls === 1) {
          isEmbedding.open()
          await mayGoOn.opened
        }
        return kb.embedder.embed(texts, options)
      },
    })
    const reindexed = slow.documents.reindex(actor, id)
    await isEmbedding.opened
    await kb.documents.replace(actor, id, { bytes: markdown('Mumps', ['New text.']) })
    mayGoOn.open()
    await reindexed
    expect(calls).toBe(2)
    expect((await kb.documents.read(id)).chunks.map(({ text }) => text)).toEqual(['New text.'])
  })

  test('what is too large, unbounded, broken or gone is refused and nothing is stored', async () => {
    const { total } = await kb.documents.list({ limit: 1 })
    const code = (value: string) => expect.objectContaining({ code: value })
    const large = { bytes: Buffer.alloc(maxDocumentBytes + 1, 'a ') }
    await expect(kb.documents.create(actor, large)).rejects.toEqual(code('DOCUMENT_TOO_LARGE'))
    const facts = { bytes: markdown('M', ['Much.']), metadata: { long: 'x'.repeat(20_000) } }
    await expect(kb.documents.create(actor, facts)).rejects.toMatchObject({
      code: 'DOCUMENT_UNREADABLE',
      field: 'metadata',
    })
    // Over the size that is read on another thread: the error keeps its code on the way back.
    const binary = { bytes: Buffer.concat([Buffer.alloc(20_000, 'text '), Buffer.from([0])]) }
    await expect(kb.documents.create(actor, binary)).rejects.toEqual(code('UNSUPPORTED_FORMAT'))
    await expect(kb.documents.read(unknownId)).rejects.toEqual(code('NOT_FOUND'))
    await expect(kb.documents.read('nonsense')).rejects.toEqual(code('NOT_FOUND'))
    await expect(kb.documents.remove(actor, unknownId)).rejects.toEqual(code('NOT_FOUND'))
    await expect(kb.documents.reindex(actor, unknownId)).rejects.toEqual(code('NOT_FOUND'))
    await expect(kb.documents.replace(actor, unknownId, facts)).rejects.toEqual(code('NOT_FOUND'))
    const other = kb.withEmbedder({ ...kb.embedder, model: 'another model' }).documents
    await expect(other.create(actor, { bytes: markdown('X', ['Of another model.']) })).rejects.toEqual(
      code('EMBEDDER_MISMATCH'),
    )
    const aborted = { signal: AbortSignal.abort(new Error('gone')) }
    await expect(kb.documents.create(actor, { bytes: markdown('Y', ['Aborted.']) }, aborted)).rejects.toThrow(
      'gone',
    )
    expect((await kb.documents.list({ limit: 1 })).total).toBe(total)
  })

  test('a large document is stored in several statements, and removed with its chunks', async () => {
    const paragraphs = Array.from({ length: 250 }, (_, n) => `Paragraph number ${n} about nothing.`)
    const progress: number[] = []
    const { id } = await kb.documents.create(
      actor,
      { bytes: markdown('Long', paragraphs) },
      { onProgress: ({ embedded, chunks }) => progress.push(embedded / chunks) },
    )
    const read = await kb.documents.read(id)
    expect(read.chunks.map(({ text }) => text)).toEqual(paragraphs)
    expect(progress.at(-1)).toBe(1)
    expect(progress.length).toBeGreaterThan(3)
    await kb.documents.remove(actor, id)
    const left = await kb.database.pool.query(
      'select count(*)::int as n from kb_chunks where document_id = $1',
      [id],
    )
    expect(left.rows[0].n).toBe(0)
  })
})
