import type { Clock } from '@voiceassist/kernel'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { GatewayError } from '../errors.js'
import { unreachable } from './connection-errors.js'
import { DatabasePool, type PoolLimits } from './database-pool.js'
import { openEmbeddedPostgres } from './embedded/embedded-postgres.js'
import { takeGatewayRole } from './gateway-role.js'
import type { Database } from './schema.js'

export interface OpenDatabaseOptions {
  /** A PostgreSQL server; absent: the embedded database. */
  readonly url?: string
  /** Where the embedded database keeps its files; absent: in memory. */
  readonly dataFolder?: string
  readonly limits: PoolLimits
  readonly clock: Clock
}

export interface OpenDatabase {
  readonly kind: 'embedded' | 'server'
  /** For people: which PostgreSQL, and where; no password. */
  readonly description: string
  readonly pool: DatabasePool
  readonly db: Kysely<Database>
  /** Waits for connections that are lent, then closes. */
  close(): Promise<void>
}

/** The embedded engine has one connection. */
export const embeddedPoolSize = { size: 1, maxOverflow: 0 } as const

const oldestServer = 150_000
const oldestVector = [0, 8] as const

/**
 * How wide the vector index looks (at 120, as many rows as a search takes from it, it missed a fifth of the nearest to
 * vectors unlike all that are stored; at 400 one in two hundred), and that it goes on looking when a filter has left
 * too few. The planner counts neither the time it takes to fetch long vectors from beside their
 * table nor a disk without heads, and reads some thousand of them one by one unless told what a random page costs; its
 * estimates for vectors are high enough to have every search compiled, which takes longer than the search.
 */
const connectionSetUp = `
  set hnsw.ef_search = 400; set hnsw.iterative_scan = 'relaxed_order'; set random_page_cost = 1.1; set jit = off`

/** @throws GatewayError DATABASE_UNREACHABLE or VECTOR_EXTENSION_MISSING, each with its remedy. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  return options.url === undefined ? openEmbedded(options) : openServer(options.url, options)
}

async function openEmbedded({ dataFolder, limits, clock }: OpenDatabaseOptions): Promise<OpenDatabase> {
  const engine = await openEmbeddedPostgres(dataFolder === undefined ? {} : { dataFolder })
  const pool = new DatabasePool({
    ...limits,
    ...embeddedPoolSize,
    connection: { stream: engine.stream as never },
    setUp: connectionSetUp,
    clock,
  })
  const db = kysely(pool)
  return {
    kind: 'embedded',
    description: `PostgreSQL (embedded, ${dataFolder ?? 'in memory'})`,
    pool,
    db,
    async close() {
      await closeBoth(db, pool)
      await engine.close()
    },
  }
}

async function openServer(url: string, { limits, clock }: OpenDatabaseOptions): Promise<OpenDatabase> {
  await refuseUnusableServer(url, limits, clock)
  const pool = new DatabasePool({
    ...limits,
    connection: { connectionString: url },
    setUp: `${connectionSetUp}; ${takeGatewayRole}`,
    clock,
  })
  const db = kysely(pool)
  return { kind: 'server', description: describeServer(url), pool, db, close: () => closeBoth(db, pool) }
}

/** Kysely ends its pool only when it has itself used it. */
async function closeBoth(db: Kysely<Database>, pool: DatabasePool): Promise<void> {
  await db.destroy()
  await pool.end()
}

function kysely(pool: DatabasePool): Kysely<Database> {
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
}

const firstAnswerMs = 5000

async function refuseUnusableServer(url: string, limits: PoolLimits, clock: Clock): Promise<void> {
  if (!URL.canParse(url) || !/^postgres(ql)?:/.test(url))
    throw new GatewayError('CONFIG_INVALID', 'DATABASE_URL is not a URL of PostgreSQL', {
      field: 'DATABASE_URL',
      remedy: 'Write it as postgres://user@host:5432/database',
    })
  const pool = new DatabasePool({
    ...limits,
    acquireTimeoutMs: Math.min(firstAnswerMs, limits.acquireTimeoutMs),
    connection: { connectionString: url },
    clock,
  })
  const db = kysely(pool)
  try {
    const found = await sql<{ version: number; vector: string | null }>`
      select current_setting('server_version_num')::int as version,
             (select coalesce(installed_version, default_version) from pg_available_extensions where name = 'vector' limit 1) as vector
    `.execute(db)
    const { version, vector } = found.rows[0]!
    if (version < oldestServer)
      throw new GatewayError(
        'DATABASE_UNREACHABLE',
        `The server is PostgreSQL ${Math.trunc(version / 10_000)}`,
        {
          remedy: 'Use PostgreSQL 15 or newer',
        },
      )
    if (vector === null || isOlder(vector))
      throw new GatewayError(
        'VECTOR_EXTENSION_MISSING',
        vector === null ? 'The server lacks the extension pgvector' : `The server has pgvector ${vector}`,
        { remedy: 'Install pgvector 0.8 or newer on the server (Debian: postgresql-17-pgvector)' },
      )
  } catch (error) {
    throw unreachable(error)
  } finally {
    await db.destroy()
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < oldestVector[0] || (major === oldestVector[0] && minor < oldestVector[1])
}

function describeServer(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `PostgreSQL server ${hostname || 'by socket'}${port ? `:${port}` : ''}${pathname}`
}
