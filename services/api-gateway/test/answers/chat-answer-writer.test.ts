import { FakeClock, saying, startChatServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AnswerFailure } from '#src/answers/answer-outcome'
import { type ChatAnswerWriterOptions, createChatAnswerWriter } from '#src/answers/chat-answer-writer'
import { describeAnswerWriter, following } from './answer-writer-contract.js'

const key = 'sk-very-secret'
const clock = new FakeClock()
const deadlineMs = 30_000

let server: Awaited<ReturnType<typeof startChatServer>>
beforeAll(async () => {
  server = await startChatServer(saying('Fact 2', ' holds [', '2].', ' So does ', 'fact 1 [1].\n'))
})
afterAll(() => server.close())
beforeEach(() => {
  server.replies.length = 0
})

const open = (options: Partial<ChatAnswerWriterOptions> = {}) =>
  createChatAnswerWriter({
    url: server.url,
    apiKey: key,
    model: 'm',
    deadlineMs,
    clock,
    ending: new AbortController().signal,
    ...options,
  })
const outcomeOf = (writing: Promise<unknown>): Promise<unknown> =>
  writing.then(
    () => 'an answer',
    error => (error instanceof AnswerFailure ? error.outcome : error),
  )
const head = { 'content-type': 'text/event-stream' }

describeAnswerWriter('a chat server', () => open())

describe('the request', () => {
  test.each([
    ['', '/v1/chat/completions'],
    ['/v1/', '/v1/chat/completions'],
    ['/proxy/v1/chat/completions', '/proxy/v1/chat/completions'],
  ])('the address %j leads to %s', async (suffix, path) => {
    await open({ url: server.url + suffix }).write(following().request)
    expect(server.calls.at(-1)!.path).toBe(path)
  })

  test.each(['localhost', 'ftp://host/', 'http://user:password@host/'])('the address %s is refused', url => {
    expect(() => open({ url })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', field: 'LLM_URL' }))
  })

  test('carries the key, and asks for a stream at temperature 0', async () => {
    await open().write(following().request)
    const { authorization, body } = server.calls.at(-1)!
    expect(authorization).toBe(`Bearer ${key}`)
    expect(body).toMatchObject({ model: 'm', stream: true, temperature: 0 })
    await open({ apiKey: undefined }).write(following().request)
    expect(server.calls.at(-1)!.authorization).toBeUndefined()
  })
})

test('what the model cites becomes the citations, and a lie is taken out and counted', async () => {
  server.replies.push(saying('Fact 3 [3]', '[', '99', '], see https://evil.ex', 'ample. [1, 0]'))
  const { request, deltas } = following()
  const answer = await open().write(request)
  expect(answer).toEqual({
    content: 'Fact 3 [1], see. [2]',
    citations: [request.passages[2], request.passages[0]],
    model: 'm',
    citationsRemoved: 3,
  })
  expect(deltas.join('')).toBe(answer.content)
})

test('a stream may have comments, CRLF, other events, usage, and no last line’s end', async () => {
  server.replies.push(call => {
    call.write(': hello\r\n\r\nevent: ping\r\ndata: {"choices":[]}\r\n\r\n')
    call.say('Yes')
    call.write('data: {"choices":[{"delta":{"role":"assistant","content":null}}]}\r\n\r\n')
    call.write('id: 7\nretry: 5\ndata: {"choices":[{"delta":\ndata: {"content":" 発熱 [1]"}}]}\n\n')
    call.write('data: {"choices":[],"usage":{"total_tokens":7}}\n\ndata: [DONE]')
    call.response.end()
  })
  expect((await open().write(following().request)).content).toBe('Yes 発熱 [1]')
})

test('what no database keeps is left out', async () => {
  server.replies.push(saying('A\0 [1] \ud83d'))
  expect((await open().write(following().request)).content).toBe('A [1] \uFFFD')
})

describe('no answer is taken from', () => {
  test.each<[string, string, Parameters<typeof server.replies.push>[0]]>([
    ['a status', 'bad_status', ({ response }) => void response.writeHead(500, head).end('secret')],
    ['a redirect', 'redirected', ({ response }) => void response.writeHead(302, { location: '/' }).end()],
    [
      'JSON',
      'bad_content_type',
      ({ response }) => void response.setHeader('content-type', 'application/json').end('{}'),
    ],
    ['an event without end', 'event_too_long', call => call.write(`data: ${'x'.repeat(300_000)}`)],
    ['what is no JSON', 'bad_event', call => call.write('data: {"choices":[{"delta":{"content":"secret\n\n')],
    ['a number', 'bad_event', call => call.write('data: 7\n\n')],
    ['choices that are none', 'bad_event', call => call.write('data: {"choices":{}}\n\n')],
    ['text that is none', 'bad_event', call => call.write('data: {"choices":[{"delta":{"content":7}}]}\n\n')],
    ['an error', 'error_event', call => call.write('data: {"error":{"message":"secret"}}\n\n')],
    ['an event named error', 'error_event', call => call.write('event: error\ndata: {}\n\n')],
    [
      'a stream that breaks',
      'broken_off',
      async call => {
        call.say('Yes [1].')
        await new Promise(resolve => call.response.write('\n', resolve))
        call.breakOff()
      },
    ],
    [
      'a stream that ends early',
      'broken_off',
      call => {
        call.say('Yes [1].')
        call.response.end()
      },
    ],
    [
      'an answer that was cut',
      'incomplete',
      call => {
        call.say('Yes [1].')
        call.finish('length')
      },
    ],
    ['no text', 'empty', saying('', ' \n')],
    ['nothing cited', 'uncited', saying('Everything is fine.')],
    ['lies alone', 'uncited', saying('Everything is fine [99].')],
    ['marks within marks', 'unsettled', saying('Yes [1], [9[99]9].')],
    ['open code', 'unsettled', saying('Yes [1].\n```\n[99]')],
    [
      'too much text',
      'too_long',
      call => {
        for (let index = 0; index < 2100; index += 1) call.say(`${index}-[1]-`.padEnd(8))
      },
    ],
    [
      'a loop',
      'repetitive',
      call => {
        for (let index = 0; index < 20; index += 1)
          call.say(
            `${index}. The answer to this question is given in the passages, and it is quite clear [1].\n`,
          )
      },
    ],
  ])('%s: %s', async (_name, outcome, reply) => {
    server.replies.push(reply)
    const asked = server.calls.length
    const { request } = following()
    expect(await outcomeOf(open().write(request))).toBe(outcome)
    expect(server.calls.length).toBe(asked + 1)
    expect(clock.sleeping).toBe(0)
  })

  test('a redirect, whose target does not get the key', async () => {
    const other = await startChatServer()
    server.replies.push(({ response }) => void response.writeHead(307, { location: other.url }).end())
    expect(await outcomeOf(open().write(following().request))).toBe('redirected')
    expect(other.calls).toEqual([])
    await other.close()
  })

  test('an error holds neither the key nor a text, and counts what was removed', async () => {
    server.replies.push(call => call.say('private words [99] and'))
    const called = server.nextCall()
    const { request, deltas } = following({ question: 'private words' })
    const writing = open()
      .write(request)
      .catch(cause => cause)
    const call = await called
    await expect.poll(() => deltas).toEqual(['private words and'])
    call.write('data: {"error":"private words"}\n\n')
    const error = await writing
    expect(error).toMatchObject({ outcome: 'error_event', citationsRemoved: 1 })
    for (let cause = error; cause; cause = cause.cause)
      expect(`${cause.message}${cause.stack}${JSON.stringify(cause)}`).not.toMatch(/private|very-secret/)
  })
})

describe('a connection that fails before a byte', () => {
  test('is tried once more', async () => {
    const asked = server.calls.length
    server.replies.push(call => call.breakOff())
    expect((await open().write(following().request)).content).toContain('Fact 2')
    expect(server.calls.length).toBe(asked + 2)
    server.replies.push(
      call => call.breakOff(),
      call => call.breakOff(),
    )
    expect(await outcomeOf(open().write(following().request))).toBe('unreachable')
    expect(server.calls.length).toBe(asked + 4)
  })

  test('as where nobody listens', async () => {
    const gone = await startChatServer()
    await gone.close()
    expect(await outcomeOf(open({ url: gone.url }).write(following().request))).toBe('unreachable')
  })
})

describe('time', () => {
  test('ends an answer that has not begun by the deadline', async () => {
    server.replies.push(() => {})
    const called = server.nextCall()
    const outcome = outcomeOf(open().write(following().request))
    const call = await called
    await clock.advance(deadlineMs - 1)
    expect(clock.sleeping).toBe(1)
    await clock.advance(1)
    expect(await outcome).toBe('deadline')
    await call.disconnected
  })

  test('ends one that stalls for a third of it, and not before', async () => {
    const { request, deltas } = following()
    server.replies.push(call => call.say('Yes [1]. '))
    const called = server.nextCall()
    const outcome = outcomeOf(open().write(request))
    const call = await called
    await expect.poll(() => deltas.length).toBe(1)
    await clock.advance(deadlineMs / 3 - 1)
    call.say('More [2]. ')
    await expect.poll(() => deltas.length).toBe(2)
    await clock.advance(deadlineMs / 3 - 1)
    expect(clock.sleeping).toBe(2)
    await clock.advance(1)
    expect(await outcome).toBe('stalled')
    await call.disconnected
  })

  test('ends one that goes on and on', async () => {
    const { request, deltas } = following()
    server.replies.push(call => call.say('0 '))
    const called = server.nextCall()
    const outcome = outcomeOf(open().write(request))
    const call = await called
    for (let said = 1; said < 5; said += 1) {
      await expect.poll(() => deltas.length).toBe(said)
      await clock.advance(deadlineMs / 4)
      call.say(`${said} `)
    }
    expect(await outcome).toBe('deadline')
    expect(clock.sleeping).toBe(0)
  })

  test('an abort and the end of the gateway cancel the request', async () => {
    const ending = new AbortController()
    const gone = new AbortController()
    for (const [controller, reason, expected] of [
      [gone, new Error('gone'), new Error('gone')],
      [ending, new AnswerFailure('shutting_down'), 'shutting_down'],
    ] as const) {
      server.replies.push(call => call.say('Yes [1]'))
      const called = server.nextCall()
      const { request } = following({
        signal: gone === controller ? gone.signal : new AbortController().signal,
      })
      const outcome = outcomeOf(open({ ending: ending.signal }).write(request))
      const call = await called
      controller.abort(reason)
      expect(await outcome).toEqual(expected)
      await call.disconnected
      expect(clock.sleeping).toBe(0)
    }
  })
})
