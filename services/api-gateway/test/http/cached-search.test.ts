import type { CacheReport, Message, MessageAndAnswer, SearchAnswer } from '@voiceassist/api-contract'
import { similarityVersion } from '@voiceassist/rag-cache'
import { createHashingEmbedder, eventually } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayActor } from '#src/audit/actor'
import { writeReuseSetting } from '#src/repositories/reuse-setting.repository'
import { type CachedApp, openCachedApp } from './support/cached-app.js'
import { password } from './support/test-app.js'

const timeout = 120_000
const question = 'Does Quibblefax, which Mrs Canary-Smith takes, lower the fever?'

describe('searches through the cache', () => {
  let open: CachedApp
  let documentId: string
  beforeAll(async () => {
    open = await openCachedApp('pglite')
    const bytes = Buffer.from('# Quibblefax\n\nIt lowers the fever.')
    documentId = (await open.services.documents.create(gatewayActor('test'), { bytes, title: 'Quibblefax' }))
      .id
  }, timeout)
  afterAll(() => open?.close(), timeout)

  const search = async (body: object = {}) =>
    (await open.call<SearchAnswer>('POST', '/api/search', { query: question, ...body })).body

  test('say that they are, for the same question, with what was saved', { timeout }, async () => {
    const first = await search()
    expect(first).toMatchObject({ from: 'search', items: [{ documentId, title: 'Quibblefax' }] })
    expect(first).not.toHaveProperty('savedMs')
    const { items } = first
    expect(await search()).toEqual({ items, from: 'cache', savedMs: expect.any(Number) })
    expect(await search({ query: `  ${question.replace('Does', 'does')} ` })).toMatchObject({ from: 'cache' })
    for (const other of [{ topK: 4 }, { scoreThreshold: 0.1 }, { filters: { sourceType: 'document' } }])
      expect(await search(other)).toMatchObject({ from: 'search' })
    expect(await search({ query: question.toUpperCase() })).toMatchObject({ from: 'search' })
    const { rag } = (await open.call<CacheReport>('GET', '/api/admin/cache')).body
    expect(rag?.search_results).toMatchObject({ hits: 2, misses: 5, hitRate: 200 / 7 })
    expect(rag?.search_results.bytes).toBeGreaterThan(0)
  })

  test('an answer keeps where its passages came from, and a repeat gives the same', { timeout }, async () => {
    const session = await open.call<{ id: string }>('POST', '/api/sessions', {})
    const url = `/api/sessions/${session.body.id}/messages`
    const post = async (clientMessageId: string) =>
      (await open.call<MessageAndAnswer>('POST', url, { content: question, clientMessageId })).body
    const { answer: searched, timing } = await post('1')
    expect(timing?.embeddingMs).toBe(0)
    expect(searched.retrieval).toEqual({ from: 'cache', savedMs: expect.any(Number) })
    expect((await post('1')).answer.retrieval).toEqual(searched.retrieval)
    await open.gateway.rag!.cache.clearSearches()
    const again = await post('2')
    expect(again.answer.retrieval).toEqual({ from: 'search' })
    expect(again.timing?.searchMs).toBeGreaterThan(0)
    expect(again.timing?.writingMs).toBeGreaterThan(0)
    const listed = (await open.call<{ items: Message[] }>('GET', url)).body.items
    expect(listed.map(({ retrieval }) => retrieval?.from)).toEqual([undefined, 'cache', undefined, 'search'])
  })

  test('a change that is made here or by SQL is seen', { timeout }, async () => {
    await search()
    const second = await open.services.documents.create(gatewayActor('test'), {
      bytes: Buffer.from('# Fever\n\nQuibblefax lowers the fever of Mrs Smith, she takes it.'),
    })
    const after = await search()
    expect(after).toMatchObject({ from: 'search' })
    expect(after.items.map(hit => hit.documentId)).toContain(second.id)
    await open.services.documents.remove(gatewayActor('test'), second.id)
    expect((await search()).items.map(hit => hit.documentId)).toEqual([documentId])
    await open.run(`update kb_documents set title = 'By SQL' where id = '${documentId}'`)
    await eventually(async () => expect((await search()).items[0]?.title).toBe('By SQL'))
    // As an exchange of the embedder does.
    await open.run(`update settings set updated_at = now() where key = 'embedder'`)
    await eventually(async () => expect(await search()).toMatchObject({ from: 'search' }))
    await eventually(async () => expect(await search()).toMatchObject({ from: 'cache' }))
  })

  test('a similar question is answered where the flag and the calibration allow it, until that was wrong', {
    timeout,
  }, async () => {
    const ask = (query: string) => search({ query, topK: 3 })
    const [first, similar] = ['How is gout treated in adults?', 'How is gout treated in adults usually?']
    await ask(first!)
    expect(await ask(similar!)).toMatchObject({ from: 'search' })
    await open.gateway.rag!.cache.clearSearches()

    await open.run(`update feature_flags set enabled = true where name = 'semantic_query_reuse'`)
    await eventually(() => expect(open.flags.evaluate('semantic_query_reuse', false, {}).value).toBe(true))
    const { model, dimensions } = createHashingEmbedder()
    await ask(first!)
    expect(await ask(similar!)).toMatchObject({ from: 'search' }) // nothing is calibrated
    await open.gateway.rag!.cache.clearSearches()
    await writeReuseSetting(open.database.db, {
      ...{ threshold: 0.5, precision: 0.9, model, dimensions, similarityVersion },
      calibratedAt: new Date(0).toISOString(),
    })
    const { items } = await ask(first!)
    await eventually(async () => {
      await open.gateway.rag!.cache.clearSearches()
      await ask(first!)
      expect(await ask(similar!)).toMatchObject({ items, from: 'similar', similarity: expect.any(Number) })
    })

    const session = (await open.call<{ id: string }>('POST', '/api/sessions', {})).body.id
    const answer = async (content: string) =>
      (
        await open.call<{ answer: Message }>('POST', `/api/sessions/${session}/messages`, {
          content,
          topK: 3,
        })
      ).body.answer
    expect((await answer(first!)).retrieval?.from).not.toBe('similar')
    const reused = await answer(similar!)
    expect(reused.retrieval).toEqual({
      from: 'similar',
      savedMs: expect.any(Number),
      similarity: expect.any(Number),
    })
    const feedback = (id: string, token?: string) =>
      open.call(
        'POST',
        `/api/messages/${id}/feedback`,
        { helpful: false, reason: 'of something else' },
        token,
      )
    await open.services.auth.createUser(gatewayActor('test'), {
      email: 'other@example.org',
      password,
      role: 'user',
    })
    const other = await open.services.auth.login(gatewayActor('test'), 'other@example.org', password)
    expect((await feedback(reused.id, other.accessToken)).status).toBe(404)
    expect((await feedback(reused.id)).status).toBe(204)
    expect((await answer(first!)).retrieval?.from).toBe('search')
    expect((await answer(similar!)).retrieval?.from).toBe('search')
    const audited = await open.database.db
      .selectFrom('audit_logs')
      .select(['success', 'additional_data'])
      .where('action', '=', 'message.feedback')
      .where('success', '=', true)
      .execute()
    expect(audited).toEqual([{ success: true, additional_data: { messageId: reused.id, helpful: false } }])
  })

  test('neither keys nor values of the second tier hold what was asked, nor its vector', {
    timeout,
  }, async () => {
    await search()
    const vector = await open.gateway.rag!.cache.embedding(question)
    const numbers = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
    // Bytes of a part that is not all zeros.
    const at = 4 * vector.findIndex(number => number !== 0)
    const kept: [string, Buffer][] = []
    for (const { partitions } of open.tier.snapshot().spaces.values())
      for (const { values } of partitions)
        for (const [key, { envelope }] of values) kept.push([key, envelope])
    expect(kept.map(([key]) => key.split(':')[0])).toEqual(
      expect.arrayContaining(['rag_embedding', 'rag_search', 'rag_corpus', 'rag_change']),
    )
    for (const [key, bytes] of kept) {
      expect(key).not.toMatch(/canary|fever/i)
      expect(bytes.toString('latin1')).not.toMatch(/canary/i)
      for (const part of [
        numbers.subarray(at, at + 24),
        Buffer.from(numbers)
          .swap32()
          .subarray(at, at + 24),
      ])
        expect(bytes.includes(part), key).toBe(false)
    }
  })
})
