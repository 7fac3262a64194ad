import { describe, expect, test } from 'vitest'
import { AnswerFailure } from '#src/answers/answer-outcome'
import { following } from './answer-writer-contract.js'
import { chatWriterFixture, deadlineMs, outcomeOf } from './chat-writer-fixture.js'

const chat = chatWriterFixture(() => {})

describe('time', () => {
  test('ends an answer that has not begun by the deadline', async () => {
    chat.server.replies.push(() => {})
    const called = chat.server.nextCall()
    const outcome = outcomeOf(chat.open().write(following().request))
    const call = await called
    await chat.clock.advance(deadlineMs - 1)
    expect(chat.clock.sleeping).toBe(1)
    await chat.clock.advance(1)
    expect(await outcome).toBe('deadline')
    await call.disconnected
  })

  test('ends one that stalls for a third of it, and not before', async () => {
    const { request, deltas } = following()
    chat.server.replies.push(call => call.say('Yes [1]. '))
    const called = chat.server.nextCall()
    const outcome = outcomeOf(chat.open().write(request))
    const call = await called
    await expect.poll(() => deltas.length).toBe(1)
    await chat.clock.advance(deadlineMs / 3 - 1)
    call.say('More [2]. ')
    await expect.poll(() => deltas.length).toBe(2)
    await chat.clock.advance(deadlineMs / 3 - 1)
    expect(chat.clock.sleeping).toBe(2)
    await chat.clock.advance(1)
    expect(await outcome).toBe('stalled')
    await call.disconnected
  })

  test('ends one that goes on and on', async () => {
    const { request, deltas } = following()
    chat.server.replies.push(call => call.say('0 '))
    const called = chat.server.nextCall()
    const outcome = outcomeOf(chat.open().write(request))
    const call = await called
    for (let said = 1; said < 5; said += 1) {
      await expect.poll(() => deltas.length).toBe(said)
      await chat.clock.advance(deadlineMs / 4)
      call.say(`${said} `)
    }
    expect(await outcome).toBe('deadline')
    expect(chat.clock.sleeping).toBe(0)
  })

  test('an abort and the end of the gateway cancel the request', async () => {
    const ending = new AbortController()
    const gone = new AbortController()
    for (const [controller, reason, expected] of [
      [gone, new Error('gone'), new Error('gone')],
      [ending, new AnswerFailure('shutting_down'), 'shutting_down'],
    ] as const) {
      chat.server.replies.push(call => call.say('Yes [1]'))
      const called = chat.server.nextCall()
      const { request } = following({
        signal: gone === controller ? gone.signal : new AbortController().signal,
      })
      const outcome = outcomeOf(chat.open({ ending: ending.signal }).write(request))
      const call = await called
      controller.abort(reason)
      expect(await outcome).toEqual(expected)
      await call.disconnected
      expect(chat.clock.sleeping).toBe(0)
    }
  })
})
