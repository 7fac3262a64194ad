import { describeDatabases, gate } from '@voiceassist/testkit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { GatewayError } from '#src/errors'
import { nothingFound } from '#src/knowledge/compose-answer'
import { passage } from './support/fake-services.js'
import { eventsOf, openTestApp, type TestApp } from './support/test-app.js'

const question = 'Does aspirin lower a fever?'

describeDatabases('messages', kind => {
  let test: TestApp
  let url: string

  beforeAll(async () => {
    test = await openTestApp({ kind })
  })
  afterAll(() => test.close())
  beforeEach(async () => {
    test.search.next = undefined
    const session = await test.call('POST', '/api/sessions', { as: 'user', payload: {} })
    url = `/api/sessions/${session.json().id}/messages`
  })

  const post = (payload: object, headers = {}) => test.call('POST', url, { as: 'user', payload, headers })
  const list = async (query = '') => (await test.call('GET', `${url}${query}`, { as: 'user' })).json()
  const session = async () => (await test.call('GET', url.replace('/messages', ''), { as: 'user' })).json()

  it('are answered with passages of the knowledge base', async () => {
    const answer = await post({ content: question, topK: 7 })
    expect(answer.statusCode).toBe(201)
    const pair = answer.json()
    expect(test.search.queries.at(-1)).toEqual({ query: question, topK: 7, scoreThreshold: 0 })
    expect(pair.message).toMatchObject({
      role: 'user',
      content: question,
      parentMessageId: null,
      citations: [],
    })
    expect(pair.answer).toMatchObject({
      role: 'assistant',
      parentMessageId: pair.message.id,
      clientMessageId: null,
    })
    expect(pair.answer.content).toContain(passage.text)
    const { chunkId, documentId, title, heading, text, score, start, end } = passage
    expect(pair.answer.citations).toEqual([{ chunkId, documentId, title, heading, text, score, start, end }])
    expect((await list()).items).toEqual([pair.message, pair.answer])
    expect(await session()).toMatchObject({ messageCount: 2, lastMessageAt: pair.answer.createdAt })
  })

  it('say whether they hold PHI', async () => {
    const { message, answer } = (await post({ content: 'Call 415-555-0132 about the fever' })).json()
    expect([message.containsPhi, answer.containsPhi]).toEqual([true, false])
    test.search.next = async () => [
      { ...passage, text: 'Aspirin lowers a fever: mail poison@clinic.example.' },
    ]
    const quoted = (await post({ content: question })).json()
    expect([quoted.message.containsPhi, quoted.answer.containsPhi]).toEqual([false, true])
    expect((await list()).items.map((item: typeof message) => item.containsPhi)).toEqual([
      true,
      false,
      false,
      true,
    ])
  })

  it('are answered when nothing is found', async () => {
    test.search.next = async () => []
    expect((await post({ content: question })).json().answer).toMatchObject({
      content: nothingFound,
      citations: [],
    })
  })

  it('are stored once a clientMessageId', async () => {
    const first = await post({ content: question, clientMessageId: 'c-1' })
    const second = await post({ content: question, clientMessageId: 'c-1', topK: 9 })
    expect([first.statusCode, second.statusCode]).toEqual([201, 200])
    expect(pairOf(second)).toEqual(pairOf(first))
    const other = await post({ content: 'something else', clientMessageId: 'c-1' })
    expect(other.json()).toMatchObject({
      status: 409,
      code: 'IDEMPOTENCY_CONFLICT',
      field: 'clientMessageId',
    })
    expect((await list()).items).toHaveLength(2)
    expect(await session()).toMatchObject({ messageCount: 2 })
  })

  it('are stored once, also when repeated while the first is being answered', async () => {
    const searching = gate()
    const asked = test.search.queries.length
    test.search.next = async () => {
      await searching.opened
      return [passage]
    }
    const posts = Array.from({ length: 5 }, () => post({ content: question, clientMessageId: 'c-2' }))
    await expect.poll(() => test.search.queries.length).toBe(asked + 1)
    searching.open()
    const answers = await Promise.all(posts)
    expect(answers.map(answer => answer.statusCode).sort()).toEqual([200, 200, 200, 200, 201])
    for (const answer of answers) expect(pairOf(answer)).toEqual(pairOf(answers[0]!))
    expect((await list()).items).toHaveLength(2)
  })

  it('are kept when answering fails, and answered by the repeat', async () => {
    test.search.next = async () => {
      throw new GatewayError('EMBEDDER_FAILED', 'http://embedder.internal:8080 refused')
    }
    const failed = await post({ content: question, clientMessageId: 'c-3' })
    expect(failed.json()).toMatchObject({ status: 503, code: 'EMBEDDER_FAILED' })
    expect(failed.body).not.toContain('internal:8080')
    const [kept, ...others] = (await list()).items
    expect([kept.content, others]).toEqual([question, []])
    test.search.next = undefined
    const repeated = await post({ content: question, clientMessageId: 'c-3' })
    expect(repeated.statusCode).toBe(200)
    expect(repeated.json()).toMatchObject({ message: kept, answer: { parentMessageId: kept.id } })
    expect((await list()).items).toHaveLength(2)
  })

  it('are answered once when two processes answer the same one', async () => {
    const searching = gate()
    test.search.next = async () => {
      await searching.opened
      return [passage]
    }
    const asked = test.search.queries.length
    const posted = post({ content: question, clientMessageId: 'c-4' })
    await expect.poll(() => test.search.queries.length).toBe(asked + 1)
    const [message] = (await list()).items
    const { db } = test.database
    const theirs = await db
      .insertInto('messages')
      .values({
        session_id: message.sessionId,
        role: 'assistant',
        content: 'theirs',
        parent_message_id: message.id,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    searching.open()
    expect((await posted).json().answer).toMatchObject({ id: theirs.id, content: 'theirs' })
  })

  it('are not taken by a session that has ended, except those it has', async () => {
    const before = await post({ content: question, clientMessageId: 'c-5' })
    await test.call('POST', url.replace('/messages', '/end'), { as: 'user' })
    expect((await post({ content: 'late' })).json()).toMatchObject({ status: 409, code: 'SESSION_ENDED' })
    const repeated = await post({ content: question, clientMessageId: 'c-5' })
    expect(before.json().timing).toMatchObject({ embeddingMs: 7, searchMs: 5 })
    expect(repeated.json()).toEqual(pairOf(before)) // it took no time of its own
  })

  it('come as events to who asks for them', async () => {
    const answer = await post({ content: question, clientMessageId: 'c-6' }, { accept: 'text/event-stream' })
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(answer.headers['cache-control']).toBe('no-store')
    const events = eventsOf(answer.body)
    expect(events.map(({ event }) => event)).toEqual(['message', 'answer', 'timing', 'done'])
    const [message, reply] = (await list()).items
    const timing = {
      ...{ embeddingMs: 7, searchMs: 5 },
      ...{ writingMs: expect.any(Number), totalMs: expect.any(Number) },
    }
    expect(events.map(({ data }) => data)).toEqual([message, reply, timing, {}])
  })

  it('come with the problem as an event once the stream has begun, as an answer before', async () => {
    test.search.next = async () => {
      throw new GatewayError('EMBEDDER_FAILED', 'refused')
    }
    const events = eventsOf((await post({ content: question }, { accept: 'text/event-stream' })).body)
    expect(events.map(({ event }) => event)).toEqual(['message', 'error'])
    expect(events[1]!.data).toMatchObject({
      status: 503,
      code: 'EMBEDDER_FAILED',
      requestId: expect.any(String),
    })
    await test.call('POST', url.replace('/messages', '/end'), { as: 'user' })
    const refused = await post({ content: 'late' }, { accept: 'text/event-stream' })
    expect([refused.statusCode, refused.headers['content-type']]).toEqual([409, 'application/problem+json'])
  })

  it('hold no transaction open while the search runs', async () => {
    const searching = gate()
    test.search.next = async () => {
      await test.database.pool.query('select 1') // the embedded database has one connection
      searching.open()
      return []
    }
    expect((await post({ content: question })).statusCode).toBe(201)
    await searching.opened
  })

  it('page both ways from one place', async () => {
    for (const content of ['one', 'two', 'three']) await post({ content })
    const all = (await list('?limit=200')).items
    expect(all).toHaveLength(6)
    const newest = await list('?order=desc&limit=2')
    expect(newest.items).toEqual([all[5], all[4]])
    const older = await list(`?order=desc&limit=2&cursor=${newest.nextCursor}`)
    expect(older.items).toEqual([all[3], all[2]])
    const back = await list(`?order=asc&limit=1&cursor=${older.startCursor}`)
    expect(back.items).toEqual([all[4]])
    const end = newest.startCursor
    expect(await list(`?order=asc&cursor=${end}`)).toEqual({
      items: [],
      nextCursor: null,
      startCursor: null,
      endCursor: null,
    })
    await post({ content: 'four' })
    const since = await list(`?order=asc&cursor=${end}`)
    expect(since.items).toMatchObject([{ content: 'four' }, { role: 'assistant' }])
    expect(since.nextCursor).toBeNull()
    expect((await list(`?order=desc&limit=2&cursor=${since.endCursor}`)).items).toEqual([
      since.items[0],
      all[5],
    ])
    expect((await list('?order=desc&limit=8')).nextCursor).toBeNull()
  })
})

/** Who waits for another's answer waits for another time. */
function pairOf(response: { json(): { timing?: unknown } }) {
  const { timing: _, ...pair } = response.json()
  return pair
}
