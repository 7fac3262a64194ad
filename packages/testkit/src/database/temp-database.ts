import type { PoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { type OpenDatabase, openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { type Clock, systemClock } from '@voiceassist/kernel'
import { createHashingEmbedder } from '../hashing-embedder.js'
import { copyOfPglite } from './pglite-template.js'
import { copyOnServer } from './server-template.js'
import type { DatabaseLocation, EmbedderFacts, ThrowAway } from './template.js'

/** The embedded database, or the server that all test files of a run share. */
export type DatabaseKind = 'pglite' | 'server'

export interface TempDatabaseOptions {
  readonly kind: DatabaseKind
  /** False: without any table, for tests of the migrations. */
  readonly migrated?: boolean
  /** The model whose vectors the tables take. Default: the hashing embedder. */
  readonly embedder?: EmbedderFacts
}

/** A database of a test file's own. */
export interface TempDatabase {
  readonly kind: DatabaseKind
  /** For `openDatabase`. A data folder takes one process at a time. */
  readonly location: DatabaseLocation
  /** The variables that put a gateway in another process on this database: DATABASE_URL or DATA_DIR. */
  readonly environment: Readonly<Record<string, string>>
  /** Opens it; `close()` closes what was opened. */
  open(options?: { readonly limits?: Partial<PoolLimits>; readonly clock?: Clock }): Promise<OpenDatabase>
  /** Removes it. */
  close(): Promise<void>
}

/**
 * A new database, copied from one that is made (and migrated) once a run.
 * @throws Error when the run has no such database: see `describeDatabases`
 */
export async function tempDatabase(options: TempDatabaseOptions): Promise<TempDatabase> {
  const { kind, migrated = true, embedder = createHashingEmbedder() } = options
  const model = migrated ? { model: embedder.model, dimensions: embedder.dimensions } : undefined
  const made: ThrowAway = kind === 'server' ? await copyOnServer(model) : await copyOfPglite(model)
  const opened: OpenDatabase[] = []
  return {
    kind,
    location: made.location,
    environment: made.environment,
    async open({ limits, clock = systemClock } = {}) {
      const database = await openDatabase({
        ...made.location,
        limits: { ...defaultPoolLimits, ...limits },
        clock,
      })
      opened.push(database)
      return database
    },
    async close() {
      for (const database of opened.splice(0)) await database.close().catch(() => {})
      await made.remove()
    },
  }
}
