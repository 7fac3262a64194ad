import type { Clock } from '@voiceassist/kernel'
import { type Kysely, type MigrationResultSet, Migrator, sql } from 'kysely'
import { GatewayError } from '../errors.js'
import { asOwner, grantGatewayRole } from './gateway-role.js'
import { allMigrations } from './migrations/all-migrations.js'
import type { MigrationContext } from './migrations/migration-context.js'
import type { Database } from './schema.js'

export interface MigrationStatus {
  readonly name: string
  /** ISO 8601; absent while the migration is pending. */
  readonly executedAt?: string
}

export interface MigrateOptions extends MigrationContext {
  readonly clock: Clock
  readonly onMigration?: (name: string, direction: 'up' | 'down') => void
}

const lockKey = 8_306_001
const lockPollMs = 200

/** Runs every pending migration and resolves to the names of those that ran. */
export async function migrateUp(db: Kysely<Database>, options: MigrateOptions): Promise<string[]> {
  return alone(db, options, async connection => {
    const pending = (await listMigrations(connection, options)).filter(item => !item.executedAt)
    for (const { name } of pending) await run(connection, options, name, 'up', m => m.migrateTo(name))
    if (options.concurrently) await grantGatewayRole(connection as Kysely<never>)
    return pending.map(item => item.name)
  })
}

/** Takes back the newest migration, or all that came after `to` (its name or number). Resolves to their names. */
export async function migrateDown(
  db: Kysely<Database>,
  options: MigrateOptions,
  to?: string,
): Promise<string[]> {
  return alone(db, options, async connection => {
    const done = (await listMigrations(connection, options)).filter(isDone).toSorted(byExecution)
    const undone = done.slice(to === undefined ? -1 : stopAfter(done, to)).reverse()
    for (const { name } of undone) await run(connection, options, name, 'down', m => m.migrateDown())
    return undone.map(item => item.name)
  })
}

/** Every migration in order, with the time it was run. */
export async function migrationStatus(
  db: Kysely<Database>,
  options: MigrationContext,
): Promise<MigrationStatus[]> {
  return listMigrations(db, options)
}

function isDone(item: MigrationStatus): item is Required<MigrationStatus> {
  return item.executedAt !== undefined
}

/** A migration of a lower number may be the later one: numbers are given before they are used. */
function byExecution(a: Required<MigrationStatus>, b: Required<MigrationStatus>): number {
  return a.executedAt.localeCompare(b.executedAt) || a.name.localeCompare(b.name)
}

function stopAfter(done: readonly MigrationStatus[], to: string): number {
  if (/^0+$/.test(to)) return 0
  const index = done.findIndex(item => item.name === to || item.name.startsWith(`${to.padStart(3, '0')}_`))
  if (index < 0)
    throw new GatewayError('CONFIG_INVALID', `No migration that was run is named '${to}'`, {
      field: 'to',
      remedy: `Give one of: ${done.map(item => item.name).join(', ') || 'none was run'}`,
    })
  return index + 1
}

async function listMigrations(db: Kysely<Database>, context: MigrationContext): Promise<MigrationStatus[]> {
  const found = await migrator(db, context, true).getMigrations()
  return found.map(item =>
    item.executedAt
      ? { name: item.name, executedAt: new Date(item.executedAt).toISOString() }
      : { name: item.name },
  )
}

function migrator(db: Kysely<Database>, context: MigrationContext, transactional: boolean): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: async () => allMigrations(context) },
    disableTransactions: !transactional,
    allowUnorderedMigrations: true,
  })
}

async function run(
  db: Kysely<Database>,
  options: MigrateOptions,
  name: string,
  direction: 'up' | 'down',
  step: (migrator: Migrator) => Promise<MigrationResultSet>,
): Promise<void> {
  options.onMigration?.(name, direction)
  const { transactional } = allMigrations(options)[name]!
  const { error } = await step(migrator(db, options, transactional))
  if (error) throw error
}

/**
 * One migrator at a time on a database. The lock is tried, never waited for in SQL: a waiting statement holds a
 * snapshot, and `create index concurrently` of the lock's holder waits for every older snapshot to end.
 */
async function alone<T>(
  db: Kysely<Database>,
  { clock, concurrently }: MigrateOptions,
  work: (connection: Kysely<Database>) => Promise<T>,
): Promise<T> {
  return db.connection().execute(async connection => {
    if (!concurrently) return work(connection)
    for (;;) {
      const tried = await sql<{ locked: boolean }>`select pg_try_advisory_lock(${lockKey}) as locked`.execute(
        connection,
      )
      if (tried.rows[0]?.locked) break
      await clock.sleep(lockPollMs)
    }
    try {
      return await asOwner(connection, () => work(connection))
    } finally {
      // A connection that broke has taken its locks with it; what matters is why it broke.
      await sql`select pg_advisory_unlock(${lockKey})`.execute(connection).catch(() => {})
    }
  })
}
