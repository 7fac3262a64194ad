import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddingsServer, startRedis } from '@voiceassist/testkit'
import type { MadeDatabase } from '../made-database/made-database.js'
import type { Operation } from '../made-database/operations.js'
import { dimensions } from '../made-database/sentences.js'
import { gatewayEnvironment, openGateway } from '../seed/cached-gateway.js'

export interface CachedDocuments {
  readonly list: Operation
  close(): Promise<void>
}

/** The list as a gateway with its caches gives it, on a Redis of its own. */
export async function cachedDocuments({ url }: MadeDatabase, limit: number): Promise<CachedDocuments> {
  const opened: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end()
  }
  try {
    const embeddings = await startEmbeddingsServer(dimensions)
    opened.push(() => embeddings.close())
    const redis = await startRedis()
    opened.push(() => redis.close())
    const folder = await mkdtemp(join(tmpdir(), 'voiceassist-bench-'))
    opened.push(() => rm(folder, { recursive: true, force: true }))
    const gateway = await openGateway(gatewayEnvironment(url, redis.url, embeddings.environment, folder))
    opened.push(() => gateway.close())
    return {
      list: async () => (await gateway.services.documents.list({ limit })).items.length,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
