import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Gate, gate } from './gate.js'
import { createHashingEmbedder } from './hashing-embedder.js'

export interface EmbeddingsServer {
  /** Puts a program on this server. */
  readonly environment: Readonly<Record<string, string>>
  /** Answers no request with texts from now on, until the returned function is called. */
  hold(): () => void
  /** Resolves when a request is held. */
  isAsked(): Promise<void>
  /** Resolves when whoever asked what is held has given up. */
  isAbandoned(): Promise<void>
  close(): Promise<void>
}

/** The hashing embedder behind OpenAI's API, for programs in other processes. */
export async function startEmbeddingsServer(dimensions = 512): Promise<EmbeddingsServer> {
  const embedder = createHashingEmbedder(dimensions)
  let held: { readonly asked: Gate; readonly released: Gate; readonly abandoned: Gate } | undefined
  const waiting = new Set<ServerResponse>()
  const server = createServer(async (request, response) => {
    const { input } = JSON.parse(await text(request)) as { input: string[] }
    if (held && input[0] !== 'dimensions') {
      const { asked, released, abandoned } = held
      waiting.add(response)
      response.once('close', () => {
        waiting.delete(response)
        if (waiting.size === 0) abandoned.open()
      })
      asked.open()
      await released.opened
    }
    const vectors = await embedder.embed(input)
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({ data: vectors.map((vector, index) => ({ index, embedding: [...vector] })) }),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    environment: {
      EMBEDDINGS_URL: `http://127.0.0.1:${port}/v1/embeddings`,
      EMBEDDINGS_MODEL: embedder.model,
    },
    hold() {
      const holding = { asked: gate(), released: gate(), abandoned: gate() }
      held = holding
      return () => {
        held = undefined
        holding.released.open()
      }
    },
    async isAsked() {
      await held?.asked.opened
    },
    async isAbandoned() {
      await held?.abandoned.opened
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
