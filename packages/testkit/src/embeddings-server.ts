import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createHashingEmbedder } from './hashing-embedder.js'

export interface EmbeddingsServer {
  /** For EMBEDDINGS_URL. */
  readonly url: string
  close(): Promise<void>
}

/** An OpenAI-compatible endpoint that answers with the hashing embedder's vectors: quick, and the same every time. */
export async function startEmbeddingsServer(dimensions = 512): Promise<EmbeddingsServer> {
  const embedder = createHashingEmbedder(dimensions)
  const server = createServer(async (request, response) => {
    const { input } = JSON.parse(await text(request)) as { input: string[] }
    const vectors = await embedder.embed(input)
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        object: 'list',
        data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: [...vector] })),
      }),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1/embeddings`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
