import { type ChatReply, type ChatServer, FakeClock, startChatServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { AnswerFailure } from '#src/answers/answer-outcome'
import type { AnswerWriter } from '#src/answers/answer-writer'
import { type ChatAnswerWriterOptions, createChatAnswerWriter } from '#src/answers/chat-answer-writer'

export const key = 'sk-very-secret'
export const deadlineMs = 30_000

export interface ChatWriterFixture {
  readonly server: ChatServer
  readonly clock: FakeClock
  open(options?: Partial<ChatAnswerWriterOptions>): AnswerWriter
}

/** Writers on a server of the tests' own, which is there from `beforeAll` on. */
export function chatWriterFixture(usual: ChatReply): ChatWriterFixture {
  const clock = new FakeClock()
  let server: ChatServer
  beforeAll(async () => {
    server = await startChatServer(usual)
  })
  afterAll(() => server.close())
  beforeEach(() => {
    server.replies.length = 0
  })
  return {
    clock,
    get server() {
      return server
    },
    open: (options = {}) =>
      createChatAnswerWriter({
        url: server.url,
        apiKey: key,
        model: 'm',
        deadlineMs,
        clock,
        ending: new AbortController().signal,
        ...options,
      }),
  }
}

/** The outcome of a failure; other errors as they are. */
export function outcomeOf(writing: Promise<unknown>): Promise<unknown> {
  return writing.then(
    () => 'an answer',
    error => (error instanceof AnswerFailure ? error.outcome : error),
  )
}
