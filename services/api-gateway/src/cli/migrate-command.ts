import { systemClock } from '@voiceassist/kernel'
import { readConfig } from '../config.js'
import { lockDataFolder } from '../data-folder/data-folder-lock.js'
import { databaseFolder } from '../data-folder/layout.js'
import { migrateDown, migrateUp, migrationStatus } from '../db/migrate.js'
import type { MigrationContext } from '../db/migrations/migration-context.js'
import { type OpenDatabase, openDatabase } from '../db/open-database.js'
import { openEmbedder } from '../embedding/open-embedder.js'
import { readStoredEmbedder } from '../embedding/stored-embedder.js'

export interface MigrateArguments {
  readonly action: 'up' | 'down' | 'status'
  /** Of `down`: the migration to stop after; absent: only the newest is taken back. */
  readonly to?: string
  readonly environment: NodeJS.ProcessEnv
  readonly print: (line: string) => void
}

/** Works on the database itself, never through a running gateway: a schema does not change under a server's feet. */
export async function runMigrate({ action, to, environment, print }: MigrateArguments): Promise<number> {
  const config = readConfig(environment)
  const lock = config.databaseUrl === undefined ? lockDataFolder(config.dataFolder) : undefined
  try {
    const database = await openDatabase({
      ...(config.databaseUrl === undefined
        ? { dataFolder: databaseFolder(config.dataFolder) }
        : { url: config.databaseUrl }),
      limits: config.pool,
      clock: systemClock,
    })
    try {
      const context = await migrationContext(database, environment)
      const options = {
        ...context,
        clock: systemClock,
        onMigration: (name: string, direction: string) => print(`${direction} ${name}`),
      }
      if (action === 'up') {
        const ran = await migrateUp(database.db, options)
        if (ran.length === 0) print('Nothing to do: every migration was run')
      } else if (action === 'down') {
        const undone = await migrateDown(database.db, options, to)
        if (undone.length === 0) print('Nothing to take back')
      } else {
        for (const { name, executedAt } of await migrationStatus(database.db, context))
          print(`${name.padEnd(32)} ${executedAt ?? 'pending'}`)
      }
      return 0
    } finally {
      await database.close()
    }
  } finally {
    lock?.release()
  }
}

async function migrationContext(
  database: OpenDatabase,
  environment: NodeJS.ProcessEnv,
): Promise<MigrationContext> {
  const concurrently = database.kind === 'server'
  const stored = await readStoredEmbedder(database.db)
  if (stored) return { embedder: stored, concurrently }
  const embedder = await openEmbedder(readConfig(environment), systemClock)
  await embedder.close()
  return { embedder: { model: embedder.model, dimensions: embedder.dimensions }, concurrently }
}
