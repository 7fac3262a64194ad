import assert from 'node:assert/strict'
import { maxTagRecords } from '../../remote/remote-tier.js'
import type { ContractClient } from './contract-client.js'
import type { ContractTest } from './contract-suite.js'

const key = 'user:1'
const tags = ['org:7', 'größe']

/** What happens between a lease and its fill; the value is of namespace `user` and has the tags above. */
export const between: Readonly<Record<string, (client: ContractClient) => Promise<unknown>>> = {
  'of the key': client => client.invalidate(key),
  'of the namespace': client => client.invalidateScope('namespaces', 'doc', 'user'),
  'of a tag': client => client.invalidateScope('tags', 'other', 'größe'),
  'of a pattern': client => client.invalidateScope('patterns', 'doc:*', 'us*:?'),
  'of an escaped pattern': client => client.invalidateScope('patterns', '\\user:1*'),
  'by a new gen': async client => client.tier.newGen(client.partition(key), (await client.known(key)).gen),
  'by more tags than are remembered': client => dropTags(client),
}

/** Invalidations that have nothing to do with it. */
export const beside: Readonly<Record<string, (client: ContractClient) => Promise<unknown>>> = {
  'of another key': client => client.invalidate('user:10'),
  'of another namespace': client => client.invalidateScope('namespaces', 'use', 'users', 'user:1'),
  'of another tag': client => client.invalidateScope('tags', 'org', 'org:70', 'user'),
  'of a pattern that does not match': client =>
    client.invalidateScope('patterns', 'user', 'user:?0', 'USER:*', '*:2', 'user:\\*'),
}

/** So many that half of them go, and `floor` rises. */
export function dropTags(client: ContractClient): Promise<unknown> {
  return client.invalidateScope('tags', ...Array.from({ length: maxTagRecords + 1 }, (_, n) => `many:${n}`))
}

export function fillContract(test: ContractTest): void {
  for (const [how, invalidate] of Object.entries(between)) {
    test(`a fill is refused after an invalidation ${how}`, async ({ a, b }) => {
      const token = a.token()
      const leased = await a.lease(key, token)
      await invalidate(b)
      const { stored, gen, seq } = await a.fill(key, token, leased, { tags })
      assert.equal(stored, false)
      assert.deepEqual({ gen, seq }, position(await a.known(key)))
      assert.equal(await b.get(key), undefined)
      const next = b.token()
      const again = await b.lease(key, next)
      assert.equal((await b.fill(key, next, again, { tags })).stored, true)
      assert.equal((await a.acquire(key)).outcome, 'value')
    })

    test(`a stored value is void after an invalidation ${how}`, async ({ a, b }) => {
      await a.load(key, { tags })
      await invalidate(b)
      const { stale } = await a.lease(key, a.token())
      assert.equal(stale, undefined)
      if (how === 'of the key') assert.equal(await b.get(key), undefined)
    })
  }

  for (const [how, invalidate] of Object.entries(beside)) {
    test(`fills and values outlive an invalidation ${how}`, async ({ a, b }) => {
      const token = a.token()
      const leased = await a.lease(key, token)
      await invalidate(b)
      assert.equal((await a.fill(key, token, leased, { tags })).stored, true)
      await invalidate(b)
      assert.equal((await b.acquire(key)).outcome, 'value')
    })
  }

  test('a value without tags outlives dropped tags', async ({ a, b }) => {
    const token = a.token()
    const leased = await a.lease(key, token)
    await dropTags(b)
    assert.equal((await a.fill(key, token, leased)).stored, true)
    await dropTags(b)
    assert.equal((await b.acquire(key)).outcome, 'value')
  })

  test('a refused fill leaves the value that is there', async ({ a, b }) => {
    const { envelope, gen, seq } = await a.load(key)
    const refused = await b.fill(key, 'without a lease', { gen, seq, timeMs: 0 })
    assert.equal(refused.stored, false)
    assert.deepEqual(await a.get(key), envelope)
  })
}

export function position({ gen, seq }: { gen: string; seq: number }): { gen: string; seq: number } {
  return { gen, seq }
}
