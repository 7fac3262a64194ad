import { startContainerPostgres } from './container-postgres.js'
import { userBelowRoot } from './debian-folder.js'
import { findPostgres } from './find-postgres.js'
import { freePort } from './free-port.js'
import { startLocalPostgres } from './local-postgres.js'
import type { PostgresOptions, PostgresServer } from './postgres-server.js'
import type { LocalSource } from './service-source.js'
import { sourceOfRun } from './test-run.js'

/**
 * Starts a PostgreSQL server with pgvector that belongs to the caller: fresh data, free port, no password.
 * It ends with this process at the latest.
 * @throws ServiceUnavailable when the machine has none.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const source = options.binFolder
    ? onThisMachine(options.binFolder)
    : (sourceOfRun('postgres') ?? (await findPostgres()))
  const port = await freePort()
  return source.kind === 'local'
    ? startLocalPostgres(source, options, port)
    : startContainerPostgres(source, options, port)
}

function onThisMachine(binFolder: string): LocalSource {
  return { kind: 'local', binFolder, user: userBelowRoot('/') }
}
