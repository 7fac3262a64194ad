import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { migrateUp } from '@voiceassist/api-gateway/db/migrate'
import { type OpenDatabase, openDatabase } from '@voiceassist/api-gateway/db/open-database'
import type { Embedder } from '@voiceassist/api-gateway/embedding/embedder'
import { systemClock } from '@voiceassist/kernel'

/** A migrated database that goes when it is closed: in a temporary folder, or made on a server. */
export async function benchDatabase(
  url: string | undefined,
  embedder: Pick<Embedder, 'model' | 'dimensions'>,
): Promise<OpenDatabase> {
  const { location, remove } = url === undefined ? await inFolder() : await onServer(url)
  try {
    const database = await openDatabase({ ...location, limits: defaultPoolLimits, clock: systemClock })
    const { model, dimensions } = embedder
    const concurrently = database.kind === 'server'
    await migrateUp(database.db, { embedder: { model, dimensions }, concurrently, clock: systemClock })
    const close = async () => {
      await database.close()
      await remove()
    }
    return { ...database, close }
  } catch (error) {
    await remove()
    throw error
  }
}

async function inFolder() {
  const dataFolder = await mkdtemp(join(tmpdir(), 'voiceassist-bench-'))
  return { location: { dataFolder }, remove: () => rm(dataFolder, { recursive: true, force: true }) }
}

async function onServer(url: string) {
  const name = `voiceassist_bench_${process.pid}_${Date.now().toString(36)}`
  const run = async (statement: string) => {
    const server = await openDatabase({ url, limits: defaultPoolLimits, clock: systemClock })
    try {
      await server.pool.query(statement)
    } finally {
      await server.close()
    }
  }
  await run(`create database ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return { location: { url: own.href }, remove: () => run(`drop database if exists ${name} with (force)`) }
}
