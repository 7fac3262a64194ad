import { createHashingEmbedder, describeDatabases } from '@voiceassist/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import type { Embedder } from '#src/embedding/embedder'
import { readStoredEmbedder } from '#src/embedding/stored-embedder'
import { reindexAll } from '#src/services/documents/reindex-all'
import { type KnowledgeBase, markdown, openKnowledgeBase } from './knowledge-base-fixture.js'

const documents = 12

const actor = gatewayActor('test')

describeDatabases('reindexing everything', kind => {
  let kb: KnowledgeBase
  beforeEach(async () => {
    kb = await openKnowledgeBase(kind)
    for (let n = 0; n < documents; n++) {
      const paragraphs = Array.from({ length: 5 }, (_, part) => `Word${n} part${part}.`)
      await kb.documents.create(actor, { bytes: markdown(`Document ${n}`, paragraphs) })
    }
  })
  afterEach(() => kb?.close())

  const reindex = (embedder: Embedder, options: Parameters<typeof reindexAll>[1] = {}) =>
    reindexAll(
      { db: kb.database.db, documents: kb.withEmbedder(embedder).documents, embedder, actor },
      options,
    )
  const find = async (embedder: Embedder, n: number) => {
    const query = { query: `word${n} part3`, topK: 1, scoreThreshold: 0 }
    return (await kb.withEmbedder(embedder).search.search(query)).hits
  }
  const indexes = async () => {
    const { rows } = await kb.database.pool.query(
      `select indexname from pg_indexes where tablename = 'kb_chunks' order by 1`,
    )
    return rows.map(row => row.indexname)
  }

  test('with the same model goes through each document', async () => {
    const before = await kb.documents.list({ limit: 100 })
    const progress: number[] = []
    const result = await reindex(kb.embedder, { onProgress: ({ done }) => progress.push(done) })
    expect(result).toEqual({ done: documents, unit: 'documents' })
    expect(progress.at(-1)).toBe(documents)
    const after = await kb.documents.list({ limit: 100 })
    expect(after.items.map(({ id, version, chunkCount }) => [id, version, chunkCount])).toEqual(
      before.items.map(({ id, version, chunkCount }) => [id, version, chunkCount]),
    )
  })

  test.each([64, 2500])(
    'puts vectors of another model with %i dimensions in place at once',
    async dimensions => {
      const other = createHashingEmbedder(dimensions)
      const names = await indexes()
      const seen = new Set<string>()
      let isDone = false
      const reader = (async () => {
        while (!isDone) {
          // As a gateway that still runs with the old model: its own vectors, or a clear refusal; never a mixture.
          const hits = await find(kb.embedder, 5).catch(error => {
            expect(error.code).toBe('EMBEDDER_MISMATCH')
            return undefined
          })
          if (hits) expect(hits[0]!.text).toBe('Word5 part3.')
          seen.add(hits ? 'old' : 'new')
        }
      })()
      const result = await reindex(other).finally(() => {
        isDone = true
      })
      await reader
      expect(seen).toContain('old')
      expect(result).toEqual({ done: documents * 5, unit: 'chunks' })
      expect(await readStoredEmbedder(kb.database.db)).toEqual({ model: other.model, dimensions })
      for (let n = 0; n < documents; n++) expect((await find(other, n))[0]!.text).toBe(`Word${n} part3.`)
      expect(await indexes()).toEqual(names)
      const left = await kb.database.pool.query(`select to_regclass('kb_chunk_vectors_next') as staging`)
      expect(left.rows[0].staging).toBeNull()
      await expect(
        kb.documents.create(actor, { bytes: markdown('Late', ['By the old model.']) }),
      ).rejects.toMatchObject({
        code: 'EMBEDDER_MISMATCH',
      })
      const { documents: withNew } = kb.withEmbedder(other)
      await withNew.create(actor, { bytes: markdown('Later', ['By the new model.']) })
    },
  )

  test('uses what an interrupted run has gathered, and drops that of a third model', async () => {
    const other = createHashingEmbedder(64)
    const counting = (embedder: Embedder, limit: number) => {
      const counted = { texts: 0 }
      const embed: Embedder['embed'] = async (texts, options) => {
        if (counted.texts >= limit) throw new Error('interrupted')
        counted.texts += texts.length
        return embedder.embed(texts, options)
      }
      return { counted, embedder: { ...embedder, embed } }
    }
    await expect(reindex(counting(other, 1).embedder)).rejects.toThrow('interrupted')
    expect((await find(kb.embedder, 2))[0]!.text).toBe('Word2 part3.')
    const rest = counting(other, Number.POSITIVE_INFINITY)
    await reindex(rest.embedder)
    expect(rest.counted.texts).toBeLessThan(documents * 5)
    expect((await find(other, 2))[0]!.text).toBe('Word2 part3.')

    const third = createHashingEmbedder(96)
    await expect(reindex(counting(createHashingEmbedder(128), 1).embedder)).rejects.toThrow('interrupted')
    const whole = counting(third, Number.POSITIVE_INFINITY)
    await reindex(whole.embedder)
    expect(whole.counted.texts).toBe(documents * 5)
  })

  test('takes along what is stored with the old model meanwhile', async () => {
    const other = createHashingEmbedder(64)
    let isAdded = false
    const slow: Embedder = {
      ...other,
      async embed(texts, options) {
        if (!isAdded) {
          isAdded = true
          await kb.documents.create(actor, { bytes: markdown('Meanwhile', ['Word77 part3.']) })
        }
        return other.embed(texts, options)
      },
    }
    await reindex(slow)
    expect((await find(other, 77))[0]!.text).toBe('Word77 part3.')
  })
})
