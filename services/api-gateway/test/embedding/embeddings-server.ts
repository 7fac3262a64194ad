import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface SeenRequest {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: { readonly model: string; readonly input: string[] }
}

type Reply = (response: ServerResponse, request: SeenRequest) => void | Promise<void>

/** A server of the embeddings API on a free port; `replies` are used up one a request, then `usual` answers. */
export async function startEmbeddingsServer(usual: Reply) {
  const requests: SeenRequest[] = []
  const replies: Reply[] = []
  const waiting: (() => void)[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    const body = JSON.parse(await text(request)) as SeenRequest['body']
    const seen = { path: request.url ?? '', authorization: request.headers.authorization, body }
    requests.push(seen)
    for (const wake of waiting.splice(0)) wake()
    await (replies.shift() ?? usual)(response, seen)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    replies,
    /** Resolves when one more request has arrived. */
    nextRequest: () => new Promise<void>(resolve => waiting.push(resolve)),
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function answerVectors(vectors: readonly ArrayLike<number>[]): Reply {
  const data = vectors.map((vector, index) => ({ object: 'embedding', index, embedding: Array.from(vector) }))
  return answerJson({ object: 'list', data })
}

export function answerJson(value: unknown): Reply {
  return response => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
  }
}

export function answerStatus(status: number, headers: Record<string, string> = {}): Reply {
  return (response, { body }) => {
    response.writeHead(status, headers).end(`what the server says about ${body.input.join()}`)
  }
}
