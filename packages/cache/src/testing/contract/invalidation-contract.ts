import assert from 'node:assert/strict'
import type { PartitionPosition, Scope } from '../../remote/remote-tier.js'
import { until } from './contract-client.js'
import type { ContractTest } from './contract-suite.js'
import { position } from './fill-contract.js'

export function invalidationContract(test: ContractTest): void {
  test('several keys go in one step with one message, to its sender too', async ({ a, b }) => {
    const all = Array.from({ length: 200 }, (_, n) => `user:${n}ü`)
    const keys = all.filter(key => a.partition(key) === a.partition('user:0ü'))
    const partition = a.partition('user:0ü')
    for (const key of keys) await a.load(key)
    const before = await a.known('user:0ü')
    const note = { from: a.instance, acknowledge: true }
    const reply = await a.tier.invalidateKeys(partition, [...keys, 'user:absent'], note)
    assert.deepEqual(position(reply), { gen: before.gen, seq: before.seq + 1 })
    for (const value of await b.tier.getMany(keys.map(key => ({ partition, key }))))
      assert.equal(value, undefined)
    for (const client of [a, b]) {
      await until('the message', () => client.invalidations().length > 0)
      assert.deepEqual(client.invalidations(), [
        {
          kind: 'invalidated',
          at: [{ partition, ...position(reply) }],
          scope: { kind: 'keys', names: [...keys, 'user:absent'] },
          note,
        },
      ])
    }
  })

  for (const kind of ['namespaces', 'tags', 'patterns'] as const)
    test(`${kind} are invalidated in every partition that is named, and told in whole`, async ({ a, b }) => {
      const before = await Promise.all(a.partitions.map(partition => a.tier.readMeta(partition)))
      const scope: Scope = { kind, names: ['x:*', 'ü', 'a b\\{}'] }
      const asked = a.partitions.toReversed()
      const replies = (await a.tier.invalidateScope(asked, scope, a.note)) as readonly PartitionPosition[]
      assert.deepEqual(
        replies.map(({ partition, gen, seq }) => ({ partition, gen, seq })),
        asked.map(partition => {
          const { gen = '', seq = 0 } = before[partition] ?? {}
          return { partition, gen, seq: seq + 1 }
        }),
      )
      const told = () => b.invalidations().flatMap(({ at }) => at)
      await until('all partitions are told', () => told().length >= asked.length)
      assert.deepEqual(
        told().toSorted((one, other) => other.partition - one.partition),
        replies,
      )
      for (const message of b.invalidations())
        assert.deepEqual([message.scope, message.note], [scope, a.note])
      for (const { partition, seq } of replies) {
        const records = (await b.tier.readMeta(partition))[kind]
        assert.deepEqual(records, new Map(scope.names.map(name => [name, seq])))
      }
    })

  test('partitions that are not named stay as they were', async ({ a, b }) => {
    const before = await b.tier.positions()
    await a.tier.invalidateScope([0], { kind: 'tags', names: ['t'] }, a.note)
    const after = await b.tier.positions()
    for (const partition of a.partitions) {
      const [was, is] = [before[partition], after[partition]]
      assert.ok(was && is && 'seq' in was && 'seq' in is)
      assert.equal(is.seq - was.seq, partition === 0 ? 1 : 0)
    }
  })

  test("a partition's messages come in the order of its steps, without a gap", async ({ a, b, client }) => {
    const c = await client('c')
    const key = 'user:1'
    const { seq: first } = await a.known(key)
    const count = 60
    await Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const sender = n % 2 === 0 ? a : b
        if (n % 5 === 0) await sender.invalidateScope('tags', `t${n}`)
        else if (n % 5 === 1) await sender.set(key, { gen: '-'.repeat(16), seq: 0, timeMs: 0 })
        else await sender.invalidate(key)
      }),
    )
    for (const listener of [a, b, c]) {
      await listener.heardAll(key)
      const seqs = listener
        .invalidations()
        .flatMap(({ at }) => at)
        .filter(({ partition }) => partition === listener.partition(key))
        .map(({ seq }) => seq)
        .slice(0, count)
      assert.deepEqual(
        seqs,
        Array.from({ length: count }, (_, n) => first + 1 + n),
      )
    }
  })

  test('reads, leases, fills, renewals and releases send no message', async ({ a, b }) => {
    const key = 'user:1'
    await b.tier.positions()
    await b.heardAll(key)
    await a.load(key)
    const token = a.token()
    await a.lease('user:2', token)
    await a.tier.renew(a.partition('user:2'), 'user:2', token, 1000)
    await a.tier.release(a.partition('user:2'), 'user:2', token)
    await a.tier.positions()
    await b.heardAll(key)
    assert.equal(b.invalidations().length, 2)
    assert.ok(b.messages.every(({ kind }) => kind === 'invalidated'))
  })

  test('a confirmation reaches only whom it is for', async ({ a, b, client }) => {
    const c = await client('c')
    const at = { partition: 0, gen: 'g'.repeat(16), seq: 2 ** 40 }
    await a.tier.confirm(b.instance, { ...at, from: a.instance })
    await a.tier.confirm('nobody', { ...at, from: a.instance })
    await a.tier.confirm(c.instance, { ...at, seq: 7, from: a.instance })
    const confirmations = (of: typeof b) => of.messages.filter(({ kind }) => kind === 'confirmed')
    await until('confirmations', () => confirmations(b).length > 0 && confirmations(c).length > 0)
    await c.heardAll('user:1')
    await b.heardAll('user:1')
    assert.deepEqual(confirmations(b), [{ kind: 'confirmed', confirmation: { ...at, from: a.instance } }])
    assert.deepEqual(confirmations(c), [
      { kind: 'confirmed', confirmation: { ...at, seq: 7, from: a.instance } },
    ])
    assert.deepEqual(confirmations(a), [])
  })

  test('a closed tier hears nothing more', async ({ a, client }) => {
    const c = await client('c')
    await c.tier.close()
    const before = c.messages.length
    await a.invalidate('user:1')
    await a.heardAll('user:1')
    assert.equal(c.messages.length, before)
  })
}
