import assert from 'node:assert/strict'
import { readEnvelope } from '../../codec/read-envelope.js'
import { markMs } from '../../remote/remote-tier.js'
import { longMs, tokenOf, until } from './contract-client.js'
import type { ContractOptions, ContractTest } from './contract-suite.js'
import { beside, between, position } from './fill-contract.js'

const key = 'user:1'
const tags = ['org:7', 'größe']

export function setContract(test: ContractTest, { movesTime }: ContractOptions): void {
  test('a set is an invalidation and a value, stamped by the tier', async ({ a, b }) => {
    const known = await a.known(key)
    const reply = await a.set(key, known, { tags, ttlMs: 60_000 })
    assert.deepEqual([reply.outcome, reply.gen, reply.seq], ['stored', known.gen, known.seq + 1])
    const { header, flags, payload } = readEnvelope((await b.get(key)) as Buffer)
    assert.deepEqual(position(header), position(reply))
    assert.equal(header.createdAtMs, reply.timeMs)
    assert.equal(header.expiresAtMs, reply.timeMs + 60_000)
    assert.deepEqual([header.tags, header.staleMs, header.token, flags], [tags, 7, 'set -1', 4])
    assert.equal(payload.toString(), 'version -1')
    assert.equal((await b.acquire(key)).outcome, 'value')
    await until('the message', () => b.invalidations().length > 0)
    assert.deepEqual(b.invalidations(), [
      {
        kind: 'invalidated',
        at: [{ partition: b.partition(key), ...position(reply) }],
        scope: { kind: 'keys', names: [key] },
        note: a.note,
      },
    ])
  })

  test('a set ends the lease of a loader', async ({ a, b }) => {
    const token = a.token()
    const leased = await a.lease(key, token)
    const { seq } = await b.set(key, await b.known(key))
    assert.equal((await a.fill(key, token, leased)).stored, false)
    assert.equal(readEnvelope((await a.get(key)) as Buffer).header.seq, seq)
  })

  test('a later set replaces an earlier one', async ({ a, b }) => {
    await a.set(key, await a.known(key))
    assert.equal((await b.set(key, await b.known(key), { version: 3 })).outcome, 'invalidated')
    assert.equal((await b.set(key, await b.known(key))).outcome, 'stored')
    assert.equal((await b.set(key, await b.known(key))).outcome, 'stored')
  })

  for (const [how, invalidate] of Object.entries(between)) {
    test(`a set only invalidates when one came between: ${how}`, async ({ a, b }) => {
      const known = await a.known(key)
      await invalidate(b)
      const now = await b.known(key)
      const reply = await a.set(key, known, { tags })
      assert.deepEqual([reply.outcome, reply.gen, reply.seq], ['invalidated', now.gen, now.seq + 1])
      assert.equal(await b.get(key), undefined)
      assert.equal((await b.set(key, await b.known(key), { tags })).outcome, 'stored')
    })
  }

  for (const [how, invalidate] of Object.entries(beside)) {
    test(`a set stores although an invalidation came between ${how}`, async ({ a, b }) => {
      const known = await a.known(key)
      await invalidate(b)
      assert.equal((await a.set(key, known, { tags })).outcome, 'stored')
    })
  }

  test('of two sets that were called at once the later one only invalidates', async ({ a, b }) => {
    const known = await a.known(key)
    assert.equal((await a.set(key, known)).outcome, 'stored')
    assert.equal((await b.set(key, known)).outcome, 'invalidated')
    assert.equal(await a.get(key), undefined)
  })

  test('a late set removes what a load stored meanwhile, and its lease', async ({ a, b }) => {
    const known = await a.known(key)
    await b.invalidate(key)
    await b.load(key)
    assert.equal((await a.set(key, known)).outcome, 'invalidated')
    assert.equal(await b.get(key), undefined)
    const token = b.token()
    const leased = await b.lease(key, token)
    assert.equal((await a.set(key, known)).outcome, 'invalidated')
    assert.equal((await b.fill(key, token, leased)).stored, false)
  })

  test('a set that is older than a mark lives only invalidates', async ({ a }) => {
    const known = await a.known(key)
    assert.equal((await a.set(key, known, { calledAtMs: known.timeMs - markMs })).outcome, 'invalidated')
    assert.equal(await a.get(key), undefined)
  })

  test('a version is taken over a lower one only, and nothing changes else', async ({ a, b }) => {
    const set = async (version: number) => (await b.set(key, await b.known(key), { version })).outcome
    assert.equal(await set(2), 'stored')
    const kept = await a.known(key)
    assert.equal(await set(1), 'kept')
    assert.equal(await set(2), 'kept')
    assert.equal(tokenOf(await a.get(key)), 'set 2')
    assert.deepEqual(position(await a.known(key)), position(kept))
    assert.equal(await set(10), 'stored')
    assert.equal(await set(9), 'kept')
    assert.equal(await set(Number.MAX_SAFE_INTEGER), 'stored')
  })

  test('of two versions that did not know of each other the higher one stays, whichever ran first', async ({
    a,
    b,
  }) => {
    const known = await a.known(key)
    assert.equal((await a.set(key, known, { version: 1 })).outcome, 'stored')
    assert.equal((await b.set(key, known, { version: 2 })).outcome, 'stored')
    assert.equal((await a.set(key, known, { version: 1 })).outcome, 'kept')
    assert.equal(tokenOf(await a.get(key)), 'set 2')
  })

  test('a deletion that a version did not know of wins, also when another version was set after it', async ({
    a,
    b,
  }) => {
    const known = await a.known(key)
    assert.equal((await a.set(key, known, { version: 1 })).outcome, 'stored')
    await b.invalidate(key)
    assert.equal((await b.set(key, await b.known(key), { version: 3 })).outcome, 'stored')
    assert.equal((await a.set(key, known, { version: 4 })).outcome, 'invalidated')
    assert.equal(await b.get(key), undefined)
  })

  test('a set without a version that a version did not know of wins', async ({ a, b }) => {
    const known = await a.known(key)
    assert.equal((await b.set(key, known)).outcome, 'stored')
    assert.equal((await a.set(key, known, { version: 4 })).outcome, 'invalidated')
  })

  test('a mark remembers the version that was removed', async ({ a, b }) => {
    const set = async (version: number) => (await b.set(key, await b.known(key), { version })).outcome
    assert.equal(await set(5), 'stored')
    await a.invalidate(key)
    await a.invalidate(key)
    assert.equal(await set(4), 'kept')
    assert.equal(await set(5), 'kept')
    assert.equal(await a.get(key), undefined)
    assert.equal(await set(6), 'stored')
  })

  test('a version over a loaded value, which has none, only invalidates', async ({ a, b }) => {
    await a.load(key)
    assert.equal((await b.set(key, await b.known(key), { version: 1 })).outcome, 'invalidated')
    assert.equal(await a.get(key), undefined)
    assert.equal((await b.set(key, await b.known(key), { version: 2 })).outcome, 'stored')
  })

  test('version 0 is a version', async ({ a }) => {
    assert.equal((await a.set(key, await a.known(key), { version: 0 })).outcome, 'stored')
    assert.equal((await a.set(key, await a.known(key), { version: 0 })).outcome, 'kept')
  })

  test('a set value is kept for keepMs', async ({ a, b, server }) => {
    await a.set(key, await a.known(key), { ttlMs: 100, keepMs: 300 })
    await a.set('user:2', await a.known('user:2'), { ttlMs: 100, keepMs: longMs })
    await server.passTime(400)
    assert.equal(await b.get(key), undefined)
    assert.notEqual(await b.get('user:2'), undefined)
    assert.notEqual((await b.lease('user:2', b.token())).stale, undefined)
  })

  if (movesTime)
    test('a mark is gone after its time, and then a set of before is too old', async ({ a, b, server }) => {
      const known = await a.known(key)
      assert.equal((await a.set(key, known, { version: 5 })).outcome, 'stored')
      await b.invalidate(key)
      await server.passTime(markMs)
      assert.equal((await a.set(key, known)).outcome, 'invalidated')
      await server.passTime(markMs)
      assert.equal((await a.set(key, await a.known(key), { version: 2 })).outcome, 'stored')
      await server.passTime(markMs)
      assert.equal((await a.set(key, await a.known(key), { version: 1 })).outcome, 'kept')
    })
}
