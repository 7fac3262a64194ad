import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { databaseFolder } from '@voiceassist/api-gateway/data-folder/layout'
import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { systemClock } from '@voiceassist/kernel'
import { run } from '../services/run.js'
import { folderOfRun } from '../services/test-run.js'
import { madeOnce } from './made-once.js'
import { type EmbedderFacts, migrateTemplate, type ThrowAway } from './template.js'

/** A data folder of PGlite, migrated for `embedder`, or as PGlite makes it. */
export async function copyOfPglite(embedder: EmbedderFacts | undefined): Promise<ThrowAway> {
  const template = embedder ? await migratedFolder(embedder) : await emptyFolder()
  const home = join(folderOfRun(), `data-${randomBytes(6).toString('hex')}`)
  const dataFolder = databaseFolder(home)
  await mkdir(home)
  await copy(template, dataFolder)
  return {
    location: { dataFolder },
    environment: { DATA_DIR: home },
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

/** A thousand small files: the program takes a tenth of the time that `fs.cp` takes. */
async function copy(from: string, to: string): Promise<void> {
  await run('cp', '-R', from, to)
}

function migratedFolder(embedder: EmbedderFacts): Promise<string> {
  const name = `template-${embedder.model}-${embedder.dimensions}`.replace(/[^\w-]/g, '_')
  return madeOnce(join(folderOfRun(), name), async unfinished => {
    await copy(await emptyFolder(), unfinished)
    await migrateTemplate({ dataFolder: unfinished }, embedder)
  })
}

/**
 * Making a data folder takes PGlite some seconds, and the result depends on its version alone: it is kept from run to
 * run, beside the installed packages and for as long as they are.
 */
export async function emptyFolder(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const manifest = createRequire(import.meta.url)(join(dirname(entry), '../package.json')) as {
    version: string
  }
  const modules = entry.slice(0, entry.indexOf('@electric-sql'))
  const cache = join(modules, '.cache/voiceassist')
  await mkdir(cache, { recursive: true })
  return madeOnce(join(cache, `pglite-${manifest.version}`), async unfinished => {
    const limits = defaultPoolLimits
    const database = await openDatabase({ dataFolder: unfinished, limits, clock: systemClock })
    await database.close()
  })
}
