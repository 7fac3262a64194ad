import { type Clock, systemClock } from '@voiceassist/kernel'
import { type Config, readConfig } from '../config.js'
import { lockDataFolder } from '../data-folder/data-folder-lock.js'
import { commandSocket, databaseFolder } from '../data-folder/layout.js'
import { type OpenDatabase, openDatabase } from '../db/open-database.js'
import { runMigrations } from '../db/run-migrations.js'
import { openEmbedder } from '../embedding/open-embedder.js'
import { readStoredEmbedder, type StoredEmbedder } from '../embedding/stored-embedder.js'
import type { MigrateArguments } from './commands/migrate.js'
import { callGateway, noGateway } from './remote/command-client.js'
import type { TerminalOutput } from './terminal-output.js'

/**
 * Works on the server database, through the gateway that holds the data folder, or on the folder itself. Other commands
 * bring an embedded database's schema up before they work; this one leaves it as it is.
 */
export async function runMigrate(
  args: MigrateArguments,
  environment: NodeJS.ProcessEnv,
  out: TerminalOutput,
  signal: AbortSignal,
): Promise<number> {
  const config = readConfig(environment)
  const clock = systemClock
  if (config.databaseUrl === undefined) {
    const socket = commandSocket(config.dataFolder)
    const code = await callGateway(socket, { command: 'migrate', args }, out, signal)
    if (code !== noGateway) return code
  }
  const lock = config.databaseUrl === undefined ? lockDataFolder(config.dataFolder) : undefined
  try {
    const place =
      config.databaseUrl === undefined
        ? { dataFolder: databaseFolder(config.dataFolder) }
        : { url: config.databaseUrl }
    const database = await openDatabase({ ...place, limits: config.pool, clock })
    try {
      const embedder = await embedderOf(database, config, clock)
      await runMigrations(database, { embedder, clock, ...args, print: line => out.line(line) })
      return 0
    } finally {
      await database.close()
    }
  } finally {
    lock?.release()
  }
}

/** Before the first migration the embedder that is configured decides. */
async function embedderOf(database: OpenDatabase, config: Config, clock: Clock): Promise<StoredEmbedder> {
  const stored = await readStoredEmbedder(database.db)
  if (stored) return stored
  const embedder = await openEmbedder(config, clock)
  await embedder.close()
  return embedder
}
