import { mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyFolder } from './database/pglite-template.js'
import { dropDatabasesOfRun } from './database/server-template.js'
import { findChromium } from './services/find-chromium.js'
import { findKeyValue } from './services/find-key-value.js'
import { findPostgres } from './services/find-postgres.js'
import { findPrometheus } from './services/find-prometheus.js'
import { guard } from './services/guard.js'
import { type ServiceSource, ServiceUnavailable } from './services/service-source.js'
import { startPostgres } from './services/start-postgres.js'
import { announce, databaseUrlOfRun } from './services/test-run.js'

/**
 * Vitest's global set-up: one PostgreSQL server for the whole run, unless `TEST_DATABASE_URL` names one, and the
 * places that Redis, Valkey, Prometheus and a browser can be started from. Outside CI a
 * service that cannot be had is named at the end, its tests being skipped; with `CI=true` it fails the run.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(folderForTests(), 'voiceassist-tests-'))
  // A test's process may still write while its folder goes, when it is the whole run that was killed.
  const keeper = guard('rm -rf "$1" || { sleep 2; rm -rf "$1"; }', folder)
  const missing: string[] = []
  const find = <T>(search: Promise<T>) =>
    search.catch((error: unknown): undefined => {
      if (!(error instanceof ServiceUnavailable) || process.env.CI === 'true') throw error
      missing.push(error.message)
    })
  const postgres = await find(findPostgres())
  const [redis, valkey] = [await find(findKeyValue('redis')), await find(findKeyValue('valkey'))]
  const prometheus = await find(findPrometheus())
  const chromium = await find(findChromium())
  const run = { folder, chromium, sources: { postgres, redis, valkey, prometheus } }
  announce({ ...run, databaseUrl: databaseUrlOfRun() })
  const [server] = await Promise.all([ownServer(postgres), emptyFolder()])
  announce({ ...run, databaseUrl: databaseUrlOfRun() ?? server?.url })
  return async () => {
    if (server) await server.close()
    else if (databaseUrlOfRun()) await dropDatabasesOfRun()
    await keeper.release()
    for (const line of missing) console.log(`\nTests skipped for want of a service: ${line}`)
  }
}

async function ownServer(source: ServiceSource | undefined) {
  return source && !databaseUrlOfRun() ? await startPostgres() : undefined
}

/** In memory, where there is room for it: embedded databases are copied hundreds of times. */
function folderForTests(): string {
  const memory = '/dev/shm'
  try {
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize > 4 * 2 ** 30 ? memory : tmpdir()
  } catch {
    return tmpdir()
  }
}
