import { hasServer } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setupQueryProfiling } from '#src/setup-query-profiling'
import { corpus } from './corpus/index.js'
import { type CorpusRun, difference, openCorpus } from './run-corpus.js'

describe.skipIf(!hasServer())('the corpus', () => {
  let opened: CorpusRun
  beforeAll(async () => {
    opened = await openCorpus(setupQueryProfiling)
  })
  afterAll(() => opened?.close())

  test('has cases of both sorts, each with a name of its own', () => {
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length)
    expect(corpus.filter(({ expected }) => expected.length === 0).length).toBeGreaterThan(30)
    expect(corpus.filter(({ expected }) => expected.length > 0).length).toBeGreaterThan(30)
  })

  test.each(corpus)('$name', async of => {
    expect(difference(of, await opened.run(of)) ?? 'as expected').toBe('as expected')
  })
})
