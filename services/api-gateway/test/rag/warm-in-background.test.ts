import type { RagCache } from '@voiceassist/rag-cache'
import { FakeClock, gate } from '@voiceassist/testkit'
import type { Kysely } from 'kysely'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Database } from '#src/db/schema'
import { WarmInBackground } from '#src/rag/warm-in-background'
import type { SearchFilters } from '#src/services/search-port'

const searched = { wanted: 1, refreshed: 1, failed: 0, left: 0 }

function aWarming(warm: (signal?: AbortSignal) => Promise<typeof searched>) {
  const clock = new FakeClock()
  const rag = { warm: ({ signal }) => warm(signal) } as Pick<RagCache<SearchFilters>, 'warm'>
  const warming = new WarmInBackground({
    rag: rag as RagCache<SearchFilters>,
    db: {} as Kysely<Database>,
    model: 'test',
    clock,
    logger: pino({ level: 'silent' }),
  })
  return { clock, warming }
}

test('searches are refreshed once, five seconds after the last time that all were dropped', async () => {
  let count = 0
  const { clock, warming } = aWarming(async () => {
    count++
    return searched
  })
  warming.soon()
  await clock.advance(4000)
  warming.soon()
  await clock.advance(4999)
  expect(count).toBe(0)
  await clock.advance(1)
  await clock.advance(10_000)
  expect(count).toBe(1)
  warming.soon()
  await warming.close()
  await clock.advance(10_000)
  expect(count).toBe(1)
})

test('close ends what is under way, waits for it, and outlives its failure', async () => {
  const [began, open] = [gate(), gate()]
  const { warming } = aWarming(async signal => {
    began.open()
    await open.opened
    expect(signal?.aborted).toBe(true)
    throw new Error('the database is closed')
  })
  warming.start()
  await began.opened
  let closed = false
  const closing = warming.close().then(() => {
    closed = true
  })
  await new Promise(setImmediate)
  expect(closed).toBe(false)
  open.open()
  await closing
})
