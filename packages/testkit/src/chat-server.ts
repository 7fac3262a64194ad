import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { gate } from './gate.js'

/** One request, which a test answers as it likes. */
export interface ChatCall {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: {
    readonly model: string
    readonly stream: boolean
    readonly temperature: number
    readonly messages: readonly { readonly role: string; readonly content: string }[]
  }
  /** Resolves when the client goes before its answer has ended. */
  readonly disconnected: Promise<void>
  readonly response: ServerResponse
  /** Writes bytes as they are; the head of a stream comes first, unless it is written already. */
  write(bytes: string | Uint8Array): void
  /** Streams a piece of the answer's text. */
  say(text: string): void
  /** Ends as a model does that has said everything. */
  finish(reason?: string): void
  /** Ends the connection in the middle. */
  breakOff(): void
}

export type ChatReply = (call: ChatCall) => void | Promise<void>

export interface ChatServer {
  /** Its base address; the calls go to `/v1/chat/completions` under it. */
  readonly url: string
  /** Puts a program on this server. */
  readonly environment: Readonly<Record<string, string>>
  readonly calls: readonly ChatCall[]
  /** What the next calls are answered with, one each; then `usual` is. */
  readonly replies: ChatReply[]
  /** Resolves to the next call that arrives. */
  nextCall(): Promise<ChatCall>
  close(): Promise<void>
}

/** OpenAI's streaming chat completions on a free port, for tests. */
export async function startChatServer(usual: ChatReply = saying('Yes [1].')): Promise<ChatServer> {
  const calls: ChatCall[] = []
  const replies: ChatReply[] = []
  const waiting: ((call: ChatCall) => void)[] = []
  const server = createServer(async (request, response) => {
    const call = chatCall(request, response, JSON.parse(await text(request)))
    calls.push(call)
    for (const wake of waiting.splice(0)) wake(call)
    await (replies.shift() ?? usual)(call)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    environment: { LLM_URL: `${url}/v1/chat/completions`, LLM_MODEL: 'test-model', LLM_API_KEY: 'sk-test' },
    calls,
    replies,
    nextCall: () => new Promise(resolve => waiting.push(resolve)),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** Answers with these pieces, and ends. */
export function saying(...pieces: string[]): ChatReply {
  return call => {
    for (const piece of pieces) call.say(piece)
    call.finish()
  }
}

function chatCall(request: IncomingMessage, response: ServerResponse, body: ChatCall['body']): ChatCall {
  const gone = gate()
  response.once('close', () => {
    if (!response.writableFinished) gone.open()
  })
  const write = (bytes: string | Uint8Array) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(bytes)
  }
  const send = (choice: object) =>
    write(`data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`)
  return {
    path: request.url ?? '',
    authorization: request.headers.authorization,
    body,
    disconnected: gone.opened,
    response,
    write,
    say: content => send({ delta: { content }, finish_reason: null }),
    finish(reason = 'stop') {
      send({ delta: {}, finish_reason: reason })
      response.end('data: [DONE]\n\n')
    },
    breakOff: () => response.destroy(),
  }
}
