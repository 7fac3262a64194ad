import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { hasServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { corpus } from './corpus/index.js'
import { guards } from './guards.js'
import { createCorpusDatabase, difference, openCorpus } from './run-corpus.js'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))

describe.skipIf(!hasServer())('without a guard, a case of the corpus is reported wrongly', () => {
  let database: Awaited<ReturnType<typeof createCorpusDatabase>>
  let folder: string
  beforeAll(async () => {
    database = await createCorpusDatabase()
    // In the package, so that its dependencies are found.
    folder = mkdtempSync(join(dist, '.guards-'))
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await database?.close()
  })

  test.each(guards)('$name', async ({ name, file, code, without, case: wrong }) => {
    const copy = join(folder, String(guards.findIndex(guard => guard.name === name)), 'dist')
    for (const entry of readdirSync(dist)) {
      if (!entry.startsWith('.')) cpSync(join(dist, entry), join(copy, entry), { recursive: true })
    }
    const compiled = readFileSync(join(copy, file), 'utf8')
    expect(compiled.split(code).length, `${code} in ${file}`).toBeGreaterThan(1)
    writeFileSync(
      join(copy, file),
      compiled.replaceAll(code, () => without),
    )
    const { setupQueryProfiling } = await import(pathToFileURL(join(copy, 'setup-query-profiling.js')).href)
    const opened = openCorpus(setupQueryProfiling, database.url)
    const of = corpus.find(one => one.name === wrong)!
    expect(difference(of, await opened.run(of))).toBeDefined()
    await opened.close()
  })
})
