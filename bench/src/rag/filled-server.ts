import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { migrateUp } from '@voiceassist/api-gateway/db/migrate'
import { type OpenDatabase, openDatabase } from '@voiceassist/api-gateway/db/open-database'
import type { Embedder } from '@voiceassist/api-gateway/embedding/embedder'
import { systemClock } from '@voiceassist/kernel'
import { startPostgres } from '@voiceassist/testkit'
import type { Corpus } from '../retrieval/corpus.js'
import { measureImport } from '../retrieval/measure-import.js'

/** A PostgreSQL whose knowledge base is filled, and no gateway on it yet. */
export interface FilledServer {
  readonly database: OpenDatabase
  /** For gateways on it: all have the same secrets. */
  readonly environment: Readonly<Record<string, string>>
  close(): Promise<void>
}

export async function startFilledServer(embedder: Embedder, corpus: Corpus): Promise<FilledServer> {
  const folder = await mkdtemp(join(tmpdir(), 'voiceassist-bench-'))
  const server = await startPostgres()
  const database = await openDatabase({ url: server.url, limits: defaultPoolLimits, clock: systemClock })
  const close = async () => {
    await database.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { model, dimensions } = embedder
    await migrateUp(database.db, {
      embedder: { model, dimensions },
      concurrently: true,
      clock: systemClock,
    })
    await measureImport(database, embedder, corpus)
    await database.pool.query('analyze')
  } catch (error) {
    await close()
    throw error
  }
  const secret = () => randomBytes(32).toString('base64')
  return {
    database,
    environment: {
      DATABASE_URL: server.url,
      DATA_DIR: folder,
      TOKEN_SECRET: secret(),
      TENANT_KEY: secret(),
      CACHE_ENCRYPTION_KEYS: `bench:${secret()}`,
    },
    close,
  }
}
