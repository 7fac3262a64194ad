import { saying, startChatServer } from '@voiceassist/testkit'
import { describe, expect, test } from 'vitest'
import { describeAnswerWriter, following } from './answer-writer-contract.js'
import { chatWriterFixture, key, outcomeOf } from './chat-writer-fixture.js'

const head = { 'content-type': 'text/event-stream' }
const chat = chatWriterFixture(saying('Fact 2', ' holds [', '2].', ' So does ', 'fact 1 [1].\n'))

describeAnswerWriter('a chat server', () => chat.open())

describe('the request', () => {
  test.each([
    ['', '/v1/chat/completions'],
    ['/v1/', '/v1/chat/completions'],
    ['/proxy/v1/chat/completions', '/proxy/v1/chat/completions'],
  ])('the address %j leads to %s', async (suffix, path) => {
    await chat.open({ url: chat.server.url + suffix }).write(following().request)
    expect(chat.server.calls.at(-1)!.path).toBe(path)
  })

  test.each(['localhost', 'ftp://host/', 'http://user:password@host/'])('the address %s is refused', url => {
    expect(() => chat.open({ url })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', field: 'LLM_URL' }),
    )
  })

  test('carries the key, and asks for a stream at temperature 0', async () => {
    await chat.open().write(following().request)
    const { authorization, body } = chat.server.calls.at(-1)!
    expect(authorization).toBe(`Bearer ${key}`)
    expect(body).toMatchObject({ model: 'm', stream: true, temperature: 0 })
    await chat.open({ apiKey: undefined }).write(following().request)
    expect(chat.server.calls.at(-1)!.authorization).toBeUndefined()
  })
})

test('what the model cites becomes the citations, and a lie is taken out and counted', async () => {
  chat.server.replies.push(saying('Fact 3 [3]', '[', '99', '], see https://evil.ex', 'ample. [1, 0]'))
  const { request, deltas } = following()
  const answer = await chat.open().write(request)
  expect(answer).toEqual({
    content: 'Fact 3 [1], see. [2]',
    citations: [request.passages[2], request.passages[0]],
    model: 'm',
    citationsRemoved: 3,
  })
  expect(deltas.join('')).toBe(answer.content)
})

test('a stream may have comments, CRLF, other events, usage, and no last line’s end', async () => {
  chat.server.replies.push(call => {
    call.write(': hello\r\n\r\nevent: ping\r\ndata: {"choices":[]}\r\n\r\n')
    call.say('Yes')
    call.write('data: {"choices":[{"delta":{"role":"assistant","content":null}}]}\r\n\r\n')
    call.write('id: 7\nretry: 5\ndata: {"choices":[{"delta":\ndata: {"content":" 発熱 [1]"}}]}\n\n')
    call.write('data: {"choices":[],"usage":{"total_tokens":7}}\n\ndata: [DONE]')
    call.response.end()
  })
  expect((await chat.open().write(following().request)).content).toBe('Yes 発熱 [1]')
})

test('what no database keeps is left out', async () => {
  chat.server.replies.push(saying('A\0 [1] \ud83d'))
  expect((await chat.open().write(following().request)).content).toBe('A [1] \uFFFD')
})

test('a long piece is worked off in many turns of the event loop', async () => {
  chat.server.replies.push(saying(`${Array.from({ length: 2000 }, (_, index) => `w${index}`).join(' ')} [1]`))
  const turns = new Set<number>()
  let turn = 0
  const count = () => {
    turn += 1
    turning = setImmediate(count)
  }
  let turning = setImmediate(count)
  const { request, deltas } = following()
  const onDelta = (text: string) => {
    deltas.push(text)
    turns.add(turn)
  }
  await chat.open().write({ ...request, onDelta })
  clearImmediate(turning)
  expect(Math.max(...deltas.map(text => text.length))).toBeLessThan(2500)
  expect(turns.size).toBeGreaterThanOrEqual(9)
})

describe('no answer is taken from', () => {
  test.each<[string, string, Parameters<typeof chat.server.replies.push>[0]]>([
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
    [
      'what comes before a call of a tool',
      'incomplete',
      call => {
        call.say('Let me look that up [1].')
        call.finish('tool_calls')
      },
    ],
    [
      'an early end of a server that sends an empty reason with every part',
      'broken_off',
      call => {
        const choice = { delta: { content: 'Never give more than [1]' }, finish_reason: '' }
        call.write(`data: ${JSON.stringify({ choices: [choice] })}\n\n`)
        call.response.end()
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
    chat.server.replies.push(reply)
    const asked = chat.server.calls.length
    const { request } = following()
    expect(await outcomeOf(chat.open().write(request))).toBe(outcome)
    expect(chat.server.calls.length).toBe(asked + 1)
    expect(chat.clock.sleeping).toBe(0)
  })

  test('a redirect, whose target does not get the key', async () => {
    const other = await startChatServer()
    chat.server.replies.push(({ response }) => void response.writeHead(307, { location: other.url }).end())
    expect(await outcomeOf(chat.open().write(following().request))).toBe('redirected')
    expect(other.calls).toEqual([])
    await other.close()
  })

  test('an error holds neither the key nor a text, and counts what was removed', async () => {
    chat.server.replies.push(call => call.say('private words [99] and'))
    const called = chat.server.nextCall()
    const { request, deltas } = following({ question: 'private words' })
    const writing = chat
      .open()
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
    const asked = chat.server.calls.length
    chat.server.replies.push(call => call.breakOff())
    expect((await chat.open().write(following().request)).content).toContain('Fact 2')
    expect(chat.server.calls.length).toBe(asked + 2)
    chat.server.replies.push(
      call => call.breakOff(),
      call => call.breakOff(),
    )
    expect(await outcomeOf(chat.open().write(following().request))).toBe('unreachable')
    expect(chat.server.calls.length).toBe(asked + 4)
  })

  test('as where nobody listens', async () => {
    const gone = await startChatServer()
    await gone.close()
    expect(await outcomeOf(chat.open({ url: gone.url }).write(following().request))).toBe('unreachable')
  })
})
