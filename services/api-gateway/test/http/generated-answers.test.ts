import { type ChatServer, describeDatabases, FakeClock, saying, startChatServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { answerOutcomes } from '#src/answers/answer-outcome'
import { openEventReader } from './support/event-reader.js'
import { passage } from './support/fake-services.js'
import { eventsOf, openTestApp, type TestApp } from './support/test-app.js'

const question = 'Does aspirin lower a fever?'
const key = 'sk-of-the-tests'

describeDatabases('answers by a model', kind => {
  const clock = new FakeClock(Date.now())
  let test: TestApp
  let model: ChatServer
  let base: string
  let url: string

  beforeAll(async () => {
    model = await startChatServer(saying('It does [', '1].'))
    const llm = { url: model.url, apiKey: key, model: 'model-of-the-tests', deadlineMs: 30_000 }
    test = await openTestApp({ kind, clock, llm })
    base = await test.app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    await test?.close()
    await model?.close()
  })
  beforeEach(async () => {
    model.replies.length = 0
    test.log.length = 0
    const session = await test.call('POST', '/api/sessions', { as: 'user', payload: {} })
    url = `/api/sessions/${session.json().id}/messages`
  })

  const post = (payload: object, headers = {}) => test.call('POST', url, { as: 'user', payload, headers })
  const stream = (payload: object) => openEventReader(base + url, test.users.user.token, payload)
  const list = async () => (await test.call('GET', url, { as: 'user' })).json().items
  const warnings = () => test.log.map(line => JSON.parse(line)).filter(({ level }) => level >= 40)
  const metric = async (name: string) => {
    const lines = (await test.call('GET', '/metrics')).body.split('\n')
    return Number(lines.find(line => line.startsWith(`${name} `))?.split(' ')[1])
  }
  const written = (writer: string, outcome: string) =>
    metric(`voiceassist_answers_total{writer="${writer}",outcome="${outcome}"}`)

  it('are stored with the model’s name and the passages that they cite', async () => {
    const before = await written('model', 'generated')
    const { message, answer } = (await post({ content: question })).json()
    const { sourceType, metadata, ...citation } = passage
    expect(answer).toMatchObject({
      content: 'It does [1].',
      model: 'model-of-the-tests',
      citations: [citation],
    })
    expect(message.model).toBeNull()
    expect(await list()).toEqual([message, answer])
    expect(model.calls.at(-1)!.body.messages.at(-1)!.content).toMatch(
      new RegExp(`${passage.text}[\\s\\S]*Question:\\n`),
    )
    expect(await written('model', 'generated')).toBe(before + 1)
    const [audited] = await test.database.db
      .selectFrom('audit_logs')
      .select('additional_data')
      .where('action', '=', 'message.answer')
      .where('resource_id', '=', message.sessionId)
      .execute()
    expect(audited!.additional_data).toEqual({ messageId: answer.id, model: 'model-of-the-tests' })
  })

  it('come piece by piece while the model writes', async () => {
    model.replies.push(() => {})
    const called = model.nextCall()
    const events = await stream({ content: question })
    expect(await events.next()).toMatchObject({ event: 'message', data: { content: question } })
    const call = await called
    call.say('It does [1')
    expect(await events.next()).toEqual({ event: 'delta', data: { text: 'It does' } })
    call.say('], and more')
    expect(await events.next()).toEqual({ event: 'delta', data: { text: ' [1], and more' } })
    call.finish()
    const [, stored] = [await list(), await events.next()]
    expect(stored).toMatchObject({ event: 'answer', data: { content: 'It does [1], and more' } })
    expect((await list())[1]).toEqual(stored!.data)
    expect((await events.next())!.event).toBe('timing')
    expect(await events.next()).toEqual({ event: 'done', data: {} })
    expect(await events.next()).toBeUndefined()
  })

  it('give way to quotations, and what was streamed is void', async () => {
    const [before, removed] = [
      await written('extractive', 'broken_off'),
      'voiceassist_answer_citations_removed_total',
    ]
    const removedBefore = await metric(removed)
    model.replies.push(() => {})
    const called = model.nextCall()
    const events = await stream({ content: question })
    const call = await called
    call.say('It does [99] not')
    expect((await events.next())!.event).toBe('message')
    expect(await events.next()).toEqual({ event: 'delta', data: { text: 'It does not' } })
    call.breakOff()
    expect(await events.next()).toEqual({ event: 'reset', data: { reason: 'broken_off' } })
    const { event, data } = (await events.next())!
    expect({ event, model: data.model }).toEqual({ event: 'answer', model: 'extractive' })
    expect(data.content).toContain(passage.text)
    expect((await events.next())!.event).toBe('timing')
    expect((await events.next())!.event).toBe('done')
    expect(await written('extractive', 'broken_off')).toBe(before + 1)
    expect(await metric(removed)).toBe(removedBefore + 1)
    expect(warnings()).toEqual([expect.objectContaining({ level: 40, code: 'broken_off' })])
  })

  it('give way after the deadline, in JSON too', async () => {
    model.replies.push(() => {})
    const called = model.nextCall()
    const posted = post({ content: question })
    const call = await called
    await clock.advance(30_000)
    await call.disconnected
    const answer = await posted
    expect([answer.statusCode, answer.json().answer.model]).toEqual([201, 'extractive'])
  })

  it('are not written for a caller who has gone; the repeat gets one', async () => {
    model.replies.push(call => call.say('It does [1], '))
    const called = model.nextCall()
    const events = await stream({ content: question, clientMessageId: 'c-1' })
    for (const expected of ['message', 'delta']) expect((await events.next())!.event).toBe(expected)
    const call = await called
    events.leave()
    await call.disconnected
    const [message, ...answers] = await list()
    expect(answers).toEqual([])
    const repeated = await post({ content: question, clientMessageId: 'c-1' })
    expect([repeated.statusCode, repeated.json().message]).toEqual([200, message])
    expect(repeated.json().answer.content).toBe('It does [1].')
    expect(await list()).toHaveLength(2)
    expect(warnings()).toEqual([])
  })

  it('are not written for a JSON caller who has gone either', async () => {
    model.replies.push(() => {})
    const called = model.nextCall()
    const leaving = new AbortController()
    const asking = fetch(base + url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${test.users.user.token}` },
      body: JSON.stringify({ content: question }),
      signal: leaving.signal,
    })
    const call = await called
    leaving.abort()
    await expect(asking).rejects.toThrow()
    await call.disconnected
    expect(await list()).toHaveLength(1)
    expect(warnings()).toEqual([])
  })

  it('go on while one of several callers waits', async () => {
    model.replies.push(call => call.say('It does [1], '))
    const asked = model.calls.length
    const called = model.nextCall()
    const first = await stream({ content: question, clientMessageId: 'c-2' })
    for (const expected of ['message', 'delta']) expect((await first.next())!.event).toBe(expected)
    const call = await called
    const second = await stream({ content: question, clientMessageId: 'c-2' })
    expect((await second.next())!.event).toBe('message')
    expect(await second.next()).toEqual({ event: 'delta', data: { text: 'It does [1],' } })
    first.leave()
    call.say('and how [1].')
    expect((await second.next())!.data).toEqual({ text: ' and how [1].' })
    call.finish()
    expect(await second.next()).toMatchObject({
      event: 'answer',
      data: { content: 'It does [1], and how [1].' },
    })
    expect(model.calls.length).toBe(asked + 1)
  })

  it('are whole for a reader who is too slow for the pieces', async () => {
    const words = Array.from({ length: 1500 }, (_, index) => `word${index}`)
    model.replies.push(() => {})
    const called = model.nextCall()
    const posted = post({ content: question }, { accept: 'text/event-stream' })
    const call = await called
    for (const word of words) call.say(`${word} `)
    call.say('[1]')
    call.finish()
    const events = eventsOf((await posted).body)
    expect(events.at(-3)!.data.content).toBe(`${words.join(' ')} [1]`)
    const deltas = events.filter(({ event }) => event === 'delta').map(({ data }) => data.text)
    expect(`${words.join(' ')} [1]`.startsWith(deltas.join('').trimEnd())).toBe(true)
  })

  it('leave neither key nor text in a log line or metric', async () => {
    const phi = 'Smith-HIV-positive'
    for (const reply of [
      saying(`${phi} [1]`),
      saying(phi),
      (call: Parameters<ReturnType<typeof saying>>[0]) => call.write(`data: {"error":"${phi}"}\n\n`),
      ({ response }: Parameters<ReturnType<typeof saying>>[0]) =>
        void response.writeHead(401).end(`${phi} ${key}`),
    ]) {
      model.replies.push(reply)
      expect((await post({ content: phi })).statusCode).toBe(201)
    }
    expect(warnings().map(({ code, status }) => ({ code, status }))).toEqual([
      { code: 'uncited', status: undefined },
      { code: 'error_event', status: undefined },
      { code: 'bad_status', status: 401 },
    ])
    const everything = test.log.join('\n') + (await test.call('GET', '/metrics')).body
    expect(everything).not.toContain(phi)
    expect(everything).not.toContain(key)
  })

  it('are counted by every outcome from the start', async () => {
    const lines = (await test.call('GET', '/metrics')).body.split('\n')
    const counted = lines.filter(line => line.startsWith('voiceassist_answers_total{'))
    const { model, extractive } = answerOutcomes
    expect(counted).toHaveLength(Object.keys({ ...model, ...extractive }).length)
    expect(counted).toContain('voiceassist_answers_total{writer="extractive",outcome="repetitive"} 0')
  })
})
