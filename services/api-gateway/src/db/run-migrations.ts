import type { Clock } from '@voiceassist/kernel'
import { migrateDown, migrateUp, migrationStatus } from './migrate.js'
import type { MigrationContext } from './migrations/migration-context.js'
import type { OpenDatabase } from './open-database.js'

export interface RunMigrationsOptions extends Pick<MigrationContext, 'embedder'> {
  readonly action: 'up' | 'down' | 'status'
  /** Of `down`: the migration to stop after; absent: only the newest is taken back. */
  readonly to?: string
  readonly clock: Clock
  readonly print: (line: string) => void
}

/** Does what `voiceassist migrate` was asked for, and says so in lines for people. */
export async function runMigrations(
  { kind, db }: OpenDatabase,
  { embedder, action, to, clock, print }: RunMigrationsOptions,
): Promise<void> {
  const { model, dimensions } = embedder
  const context = { embedder: { model, dimensions }, concurrently: kind === 'server' }
  if (action === 'status') {
    for (const { name, executedAt } of await migrationStatus(db, context))
      print(`${name.padEnd(32)} ${executedAt ?? 'pending'}`)
    return
  }
  const options = { ...context, clock, onMigration: (name: string, way: string) => print(`${way} ${name}`) }
  const done = action === 'up' ? await migrateUp(db, options) : await migrateDown(db, options, to)
  if (done.length === 0)
    print(action === 'up' ? 'Nothing to do: every migration was run' : 'Nothing to take back')
}
