import { runMigrations } from '../../db/run-migrations.js'
import type { Command } from '../command.js'

export interface MigrateArguments {
  readonly action: 'up' | 'down' | 'status'
  /** Of `down`: the migration to stop after; absent: only the newest is taken back. */
  readonly to?: string
}

export const migrate: Command<MigrateArguments> = async ({ dependencies, out }, args) => {
  const { database, embedder, clock } = dependencies
  await runMigrations(database, { embedder, clock, ...args, print: line => out.line(line) })
  return 0
}
