import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { Cluster } from '../cluster.js'
import { loadRaces } from './load-races.js'
import { outageRaces } from './outage-races.js'
import { peerRaces } from './peer-races.js'
import { type Elsewhere, key, kinds, type Race, type Stage } from './race.js'
import { readRaces } from './read-races.js'
import { transactionRaces } from './transaction-races.js'

/** Interleavings at which caches with several tiers were seen to keep a stale value, numbered 1 to 42. */
const races: readonly Race[] = [
  ...loadRaces,
  ...readRaces,
  ...outageRaces,
  ...peerRaces,
  ...transactionRaces,
].toSorted((one, other) => one.row - other.row)

const elsewhere: readonly Elsewhere[] = [
  {
    row: 12,
    title: 'a crash between the commit and its invalidation',
    why: 'The trigger’s row is committed with the change, and a relay sends it',
    heldBy: { 'postgres/relay.test.ts': 'is ready when all that was written before is relayed, in batches' },
  },
  {
    row: 13,
    title: 'an invalidation before the commit',
    why: 'What the transaction’s own end does is tested with the database',
    heldBy: { 'postgres/in-transaction.test.ts': 'hooks run after the commit, in order' },
  },
  {
    row: 14,
    title: 'a rollback after a set',
    why: 'Savepoints are tested with the database',
    heldBy: { 'postgres/in-transaction.test.ts': 'nothing escapes a rollback' },
  },
  {
    row: 15,
    title: 'a load from a replica that is behind',
    why: 'The cache sees no replica: its documentation asks that loaders read where writes are read back',
  },
  {
    row: 36,
    title: 'a poller’s cursor passes an uncommitted lower id',
    why: 'The relay has no cursor: it takes every row that it sees, and deletes those by id',
    heldBy: {
      'postgres/relay-sessions.test.ts':
        'a transaction that commits late is relayed, though later rows went before it',
    },
  },
  {
    row: 37,
    title: 'the relay delivers twice',
    why: 'What a relay’s end leaves is tested with the database',
    heldBy: {
      'postgres/relay.test.ts':
        'a relay that ends between the invalidation and the delete leaves the rows to the next',
    },
  },
]

let cluster: Cluster
afterEach(() => cluster?.close())

describe('C1 no stale refill', () => {
  for (const race of races) {
    const { row, title, ownEnd } = race
    describe(`${row}: ${title}`, () => {
      test.each(race.kinds ?? ['key' as const])('%s', async kind => {
        cluster = new Cluster()
        cluster.source.set(key, 'v1')
        const [a, b] = [await cluster.open('a'), await cluster.open('b')]
        const invalidate: Stage['invalidate'] = cache => {
          cluster.source.set(key, 'v2')
          return kinds[kind](cache)
        }
        await race.run({ cluster, a, b, invalidate })
        if (ownEnd) return
        await cluster.settle()
        expect(await cluster.everywhere(key)).not.toContain('v1')
        await cluster.pass(3000)
        expect(await cluster.everywhere(key)).not.toContain('v1')
      })
    })
  }
})

test('each of the 42 is here, or it is said why not and where it is held', () => {
  const rows = new Set([...races, ...elsewhere].map(({ row }) => row))
  expect([...rows].toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 42 }, (_, at) => at + 1),
  )
  for (const { why, heldBy = {} } of elsewhere) {
    expect(why).not.toBe('')
    for (const [file, title] of Object.entries(heldBy))
      expect(readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8')).toContain(title)
  }
})
