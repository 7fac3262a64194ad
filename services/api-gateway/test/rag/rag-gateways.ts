import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MemoryServer, memoryServer } from '@voiceassist/cache/testing'
import { systemClock as clock } from '@voiceassist/kernel'
import { createHashingEmbedder, type DatabaseKind, tempDatabase } from '@voiceassist/testkit'
import type { Kysely } from 'kysely'
import pg from 'pg'
import { pino } from 'pino'
import { cachedDocuments } from '#src/cache/cached-documents'
import type { GatewayCache } from '#src/cache/gateway-cache'
import { openCache } from '#src/cache/open-cache'
import { readConfig } from '#src/config'
import type { Database } from '#src/db/schema'
import { createDocumentsService } from '#src/services/documents/documents.service'
import type { DocumentsService } from '#src/services/documents/documents-port'
import { createSearchService } from '#src/services/search.service'
import type { SearchService } from '#src/services/search-port'

export interface RagGateway {
  readonly gateway: GatewayCache
  readonly documents: DocumentsService
  readonly search: SearchService
}

export interface RagGateways {
  readonly db: Kysely<Database>
  readonly tier: MemoryServer
  readonly gateways: readonly RagGateway[]
  /** Past the cache. */
  readonly fresh: SearchService
  /** One more, for the caller to close. */
  start(): Promise<RagGateway>
  /** As psql does. */
  run(statement: string): Promise<void>
  close(): Promise<void>
}

const secret = 'a secret that all the gateways of the test have'

/** Gateways' services on one database and one second tier. */
export async function openRagGateways(kind: DatabaseKind, count: number): Promise<RagGateways> {
  const embedder = createHashingEmbedder()
  const temp = await tempDatabase({ kind })
  const database = await temp.open()
  const { db } = database
  const folder = mkdtempSync(join(tmpdir(), 'va-rag-'))
  const config = readConfig({
    DATA_DIR: folder,
    DATABASE_URL: temp.environment.DATABASE_URL,
    TENANT_KEY: secret,
  })
  const logger = pino({ level: 'silent' })
  const tier = memoryServer({ clock })
  const start = async (): Promise<RagGateway> => {
    const second = { kind: 'redis', description: 'in memory', tier: tier.tier() } as const
    const gateway = await openCache({ config, database, clock, embedder, logger, second })
    const documents = createDocumentsService({ db, embedder, maxDocumentBytes: 100_000 })
    return {
      gateway,
      documents: cachedDocuments(gateway, documents, secret),
      search: createSearchService({ db, embedder, gateway }),
    }
  }
  const gateways: RagGateway[] = []
  for (let n = 0; n < count; n++) gateways.push(await start())
  const beside =
    kind === 'server' ? new pg.Client({ connectionString: temp.environment.DATABASE_URL }) : undefined
  await beside?.connect()
  return {
    db,
    tier,
    gateways,
    fresh: createSearchService({ db, embedder }),
    start,
    async run(statement) {
      await (beside ?? database.pool).query(statement)
    },
    async close() {
      for (const { gateway } of gateways) await gateway.close()
      await beside?.end()
      await temp.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
