import assert from 'node:assert/strict'
import { maxTagRecords, patternRecordMs } from '../../remote/remote-tier.js'
import { longMs, until } from './contract-client.js'
import type { ContractOptions, ContractTest } from './contract-suite.js'
import { dropTags, position } from './fill-contract.js'

const key = 'user:1'

export function metaContract(test: ContractTest, { movesTime, restarts }: ContractOptions): void {
  test('a partition has a gen of 16 characters, the same for all', async ({ a, b }) => {
    const gens = new Set<string>()
    for (const partition of a.partitions) {
      const meta = await a.tier.readMeta(partition)
      assert.match(meta.gen, /^[!-~]{16}$/)
      assert.ok(Number.isSafeInteger(meta.seq) && meta.seq >= 0)
      assert.deepEqual(position(await b.tier.readMeta(partition)), position(meta))
      gens.add(meta.gen)
    }
    assert.equal(gens.size, a.tier.partitions)
  })

  test('of many who come first at once all find one gen', async ({ a, b, client }) => {
    const c = await client('c')
    const readers = [a, b, c, a, b, c]
    const gens = await Promise.all(readers.map(async reader => (await reader.known(key)).gen))
    assert.equal(new Set(gens).size, 1)
  })

  test('positions say of every partition what its meta says', async ({ a, b }) => {
    await a.invalidateScope('tags', 't')
    await a.invalidate(key)
    const positions = await b.tier.positions()
    assert.deepEqual(
      positions.map(({ partition }) => partition),
      a.partitions,
    )
    for (const reply of positions) {
      assert.ok('gen' in reply)
      const { gen, seq, floor, timeMs } = await a.tier.readMeta(reply.partition)
      assert.deepEqual([reply.gen, reply.seq, reply.floor], [gen, seq, floor])
      assert.ok(Math.abs(timeMs - reply.timeMs) < longMs)
    }
  })

  test('a record is replaced by a later one', async ({ a }) => {
    for (const kind of ['namespaces', 'tags', 'patterns'] as const) {
      await a.invalidateScope(kind, 'x', 'y')
      await a.invalidateScope(kind, 'x')
      const meta = await a.tier.readMeta(0)
      assert.deepEqual(
        [meta[kind].get('x'), meta[kind].get('y'), meta[kind].size],
        [meta.seq, meta.seq - 1, 2],
      )
    }
  })

  test('a new gen voids everything, and is told', async ({ a, b }) => {
    await a.load(key)
    const before = await a.known(key)
    await b.tier.newGen(b.partition(key), before.gen)
    const meta = await a.tier.readMeta(a.partition(key))
    assert.notEqual(meta.gen, before.gen)
    assert.deepEqual([meta.namespaces.size, meta.tags.size, meta.patterns.size, meta.floor], [0, 0, 0, 0])
    const { stale } = await a.lease(key, a.token())
    assert.equal(stale, undefined)
    await until('the message', () => b.newGens().some(({ at }) => at.some(({ gen }) => gen === meta.gen)))
  })

  test('a gen that is not the present one is not replaced', async ({ a, b }) => {
    const { gen } = await a.known(key)
    await Promise.all([a, b, a, b].map(client => client.tier.newGen(client.partition(key), gen)))
    const after = await a.known(key)
    assert.notEqual(after.gen, gen)
    await a.load(key)
    await b.tier.newGen(b.partition(key), gen)
    await b.tier.newGen(b.partition(key), '-'.repeat(16))
    assert.deepEqual(position(await a.known(key)), position(after))
    assert.equal((await b.acquire(key)).outcome, 'value')
  })

  test('tags are remembered up to a number, the latest of them, and floor stands for the others', async ({
    a,
    b,
  }) => {
    await a.invalidateScope('tags', 'first')
    await dropTags(b)
    await a.invalidateScope('tags', 'last')
    const { tags, floor, seq } = await a.tier.readMeta(a.partition(key))
    assert.ok(tags.size <= maxTagRecords && tags.size > 1, `${tags.size} tags`)
    assert.equal(tags.get('last'), seq)
    assert.equal(tags.has('first'), false)
    assert.ok(floor > 0 && floor < seq, `floor ${floor}`)
  })

  test('a tag that is invalidated again is no old one', async ({ a }) => {
    await a.invalidateScope('tags', 'again')
    await a.invalidateScope('tags', ...Array.from({ length: maxTagRecords - 1 }, (_, n) => `other:${n}`))
    await a.invalidateScope('tags', 'again')
    await a.invalidateScope('tags', 'last')
    const { tags, floor, seq } = await a.tier.readMeta(a.partition(key))
    assert.deepEqual([tags.get('again'), tags.get('last'), floor], [seq - 1, seq, seq - 2])
  })

  test('patterns are remembered up to a number; beyond it a new gen voids all', async ({ a, b }) => {
    await a.load(key)
    for (let n = 0; n < 64; n++) await b.invalidateScope('patterns', `doc:${n}*`)
    assert.equal((await a.acquire(key)).outcome, 'value')
    const { gen } = await a.known(key)
    const [reply] = await b.tier.invalidateScope(
      [a.partition(key)],
      { kind: 'patterns', names: ['doc:x*'] },
      b.note,
    )
    const meta = await a.tier.readMeta(a.partition(key))
    assert.notEqual(meta.gen, gen)
    assert.ok(reply && 'gen' in reply)
    assert.deepEqual(position(reply), position(meta))
    assert.ok(meta.patterns.size <= 1)
    assert.equal((await a.acquire(key)).outcome, 'leased')
    await a.heardAll(key)
    const told = [...a.newGens(), ...a.invalidations()].flatMap(({ at }) => at)
    const twice = told.filter(each => each.gen === meta.gen && each.seq === meta.seq)
    assert.equal(twice.length, 1, 'one step, one message')
  })

  if (movesTime)
    test("patterns' records end when every older lease has ended", async ({ a, server }) => {
      await a.invalidateScope('patterns', 'old*')
      await server.passTime(patternRecordMs - 1)
      await a.invalidateScope('patterns', 'new*')
      assert.deepEqual([...(await a.tier.readMeta(0)).patterns.keys()], ['old*', 'new*'])
      await server.passTime(1)
      await a.invalidateScope('patterns', 'newer*')
      assert.deepEqual([...(await a.tier.readMeta(0)).patterns.keys()], ['new*', 'newer*'])
    })

  if (restarts)
    test('another incarnation of the store has another gen', async ({ a, b, server }) => {
      await a.load(key)
      const before = await a.known(key)
      const { run } = await a.tier.renewRow(a.instance, '')
      await server.restart?.()
      await a.ready()
      await b.ready()
      const positions = await b.tier.positions()
      const there = positions[a.partition(key)]
      assert.ok(there && 'gen' in there)
      assert.notEqual(there.gen, before.gen)
      assert.deepEqual(position(await a.known(key)), position(there))
      assert.equal((await a.lease(key, a.token())).stale, undefined)
      assert.notEqual((await a.tier.registry()).run, run)
    })
}
