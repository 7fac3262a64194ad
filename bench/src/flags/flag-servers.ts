import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { migrateUp } from '@voiceassist/api-gateway/db/migrate'
import { type OpenDatabase, openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { createFlagAdmin, type FlagAdmin } from '@voiceassist/api-gateway/services/flags/flag-admin'
import { systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder, startPostgres, startRedis } from '@voiceassist/testkit'

/** A PostgreSQL with the gateway's tables, a Redis, and who changes the flags that are kept there. */
export interface FlagServers {
  readonly database: OpenDatabase
  readonly redisUrl: string
  readonly admin: FlagAdmin
  /** For a process that opens them as a gateway does. */
  readonly environment: Readonly<Record<string, string>>
  close(): Promise<void>
}

export const benchEnvironment = 'production'

export async function startFlagServers(): Promise<FlagServers> {
  const folder = await mkdtemp(join(tmpdir(), 'voiceassist-bench-'))
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const database = await openDatabase({ url: postgres.url, limits: defaultPoolLimits, clock: systemClock })
  const { model, dimensions } = createHashingEmbedder()
  await migrateUp(database.db, { embedder: { model, dimensions }, concurrently: true, clock: systemClock })
  return {
    database,
    redisUrl: redis.url,
    admin: createFlagAdmin({ db: database.db, clock: systemClock, environment: benchEnvironment }),
    environment: {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      DATA_DIR: folder,
      TOKEN_SECRET: randomBytes(32).toString('base64'),
      CACHE_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    },
    async close() {
      await database.close()
      await Promise.all([postgres.close(), redis.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
