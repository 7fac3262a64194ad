import { hasServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setupQueryProfiling } from '#src/setup-query-profiling'
import { corpus } from './corpus/index.js'
import { type CorpusRun, createCorpusDatabase, difference, openCorpus } from './run-corpus.js'

describe.skipIf(!hasServer())('the corpus', () => {
  let database: Awaited<ReturnType<typeof createCorpusDatabase>>
  let opened: CorpusRun
  beforeAll(async () => {
    database = await createCorpusDatabase()
    opened = openCorpus(setupQueryProfiling, database.url)
  })
  afterAll(async () => {
    await opened?.close()
    await database?.close()
  })

  test('has cases of both sorts, each with a name of its own', () => {
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length)
    expect(corpus.filter(({ expected }) => expected.length === 0).length).toBeGreaterThan(30)
    expect(corpus.filter(({ expected }) => expected.length > 0).length).toBeGreaterThan(30)
  })

  test.each(corpus)('$name', async of => {
    expect(difference(of, await opened.run(of)) ?? 'as expected').toBe('as expected')
  })
})
