import assert from 'node:assert/strict'
import type { ContractTest } from './contract-suite.js'

const strangeKeys = [
  'plain',
  'user:1',
  'user:{tag}:1',
  '{}',
  'a b\u00a0c',
  'x*?[y]\\z',
  'ключ:値',
  '👩‍⚕️:1',
  '__proto__',
  `long:${'k'.repeat(1019)}`,
  `long:${'ü'.repeat(509)}!`,
]

export function readContract(test: ContractTest): void {
  test('an absent key is undefined', async ({ a }) => {
    assert.equal(await a.get('user:1'), undefined)
    assert.deepEqual(await a.tier.getMany([{ partition: a.partition('user:1'), key: 'user:1' }]), [undefined])
    assert.deepEqual(await a.tier.getMany([]), [])
  })

  test('a value is read by every instance byte by byte', async ({ a, b }) => {
    const payload = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff))
    const { envelope } = await a.load('user:1', { payload, tags: ['org:7', 'größe', 'x*'], staleMs: 9 })
    assert.deepEqual(await b.get('user:1'), envelope)
    const reply = await b.acquire('user:1')
    assert.equal(reply.outcome, 'value')
    assert.deepEqual(reply.outcome === 'value' && reply.envelope, envelope)
  })

  for (const key of strangeKeys)
    test(`a key such as ${JSON.stringify(key.slice(0, 20))} (${Buffer.byteLength(key)} bytes)`, async ({
      a,
      b,
    }) => {
      await a.load(`${key.slice(0, 3)}other`)
      const { envelope } = await a.load(key)
      assert.deepEqual(await b.get(key), envelope)
      await b.invalidate(key)
      assert.equal(await a.get(key), undefined)
      await a.heardAll('fence')
      const named = a.invalidations().some(({ scope }) => scope.kind === 'keys' && scope.names.includes(key))
      assert.ok(named, 'the message does not name the key')
      await b.load(key)
      const found = new Set<string>()
      for await (const batch of a.tier.scan('')) for (const each of batch) found.add(each.key)
      assert.ok(found.has(key), 'scan does not name the key')
    })

  test('many keys of all partitions are answered in the order asked, repeated ones too', async ({ a, b }) => {
    const keys = Array.from({ length: 100 }, (_, n) => `user:${n}`)
    const stored = new Map<string, Buffer>()
    for (const key of keys.slice(0, 60)) stored.set(key, (await a.load(key)).envelope)
    const asked = [...keys.toReversed(), 'user:3', 'user:99', 'user:3']
    const values = await b.tier.getMany(asked.map(key => ({ partition: b.partition(key), key })))
    assert.deepEqual(
      values,
      asked.map(key => stored.get(key)),
    )
  })

  test('a value is kept for keepMs, past its expiry too', async ({ a, b, server }) => {
    const token = a.token()
    const leased = await a.lease('user:1', token)
    await a.fill('user:1', token, leased, { expiresAtMs: leased.timeMs + 100, keepMs: 10_000 })
    await a.load('user:2', { keepMs: 300 })
    await server.passTime(400)
    assert.notEqual(await b.get('user:1'), undefined)
    assert.equal(await b.get('user:2'), undefined)
  })

  test('a header whose numbers cannot be compared is stored nowhere', async ({ a, b }) => {
    for (const part of [
      { seq: Number.NaN },
      { seq: Number.POSITIVE_INFINITY },
      { expiresAtMs: Number.NaN },
    ]) {
      const token = a.token()
      const filled = a.fill('user:1', token, await a.lease('user:1', token), part)
      assert.equal(
        await filled.then(
          ({ stored }) => stored,
          () => false,
        ),
        false,
      )
      await a.invalidate('user:1')
      assert.equal((await b.acquire('user:1')).outcome, 'leased')
      await a.invalidate('user:1')
    }
  })

  test('a stored value whose header ends early is as good as absent', async ({ a, b }) => {
    for (const [at, length] of [
      [58, 0xffff],
      [64, 1],
      [64, 0xffff],
    ] as const) {
      const known = await a.known('user:1')
      const { envelope } = await a.load('user:0', { token: 'four', payload: Buffer.alloc(0) })
      const damaged = Buffer.from(envelope)
      damaged.writeUInt16BE(length, at)
      const request = {
        namespace: 'user',
        tags: [],
        ttlMs: 10_000,
        keepMs: 10_000,
        version: -1,
        note: a.note,
      }
      const set = await a.tier.set({
        ...{ ...request, partition: a.partition('user:1'), key: 'user:1' },
        ...{ envelope: damaged, known, calledAtMs: known.timeMs },
      })
      assert.equal(set.outcome, 'stored')
      assert.equal((await b.acquire('user:1')).outcome, 'leased')
      await a.invalidate('user:0')
      await a.invalidate('user:1')
    }
  })

  test('scan names what is stored under a literal prefix, with its partition', async ({ a, b }) => {
    const stored = ['user:1', 'user:2', 'user*:3', 'use', 'other:user:1', 'us[e]r:4', 'user:ü']
    for (const key of stored) await a.load(key)
    for (let n = 0; n < 1200; n++) await a.set(`many:${n}`, { gen: '-'.repeat(16), seq: 0, timeMs: 0 })
    await a.load('user:gone')
    await a.invalidate('user:gone')
    const scan = async (prefix: string) => {
      const found = new Set<string>()
      for await (const batch of b.tier.scan(prefix))
        for (const { partition, key } of batch) {
          assert.equal(partition, b.partition(key))
          found.add(key)
        }
      return [...found].sort()
    }
    assert.deepEqual(await scan('user:'), ['user:1', 'user:2', 'user:ü'].sort())
    assert.deepEqual(await scan('user*'), ['user*:3'])
    assert.deepEqual(await scan('us[e]r'), ['us[e]r:4'])
    assert.deepEqual(await scan(''), [...stored].sort())
    assert.deepEqual(await scan('none'), [])
  })

  test('another prefix is another cache', async ({ a, b, client }) => {
    await a.load('user:1')
    const stranger = await client('stranger', `${a.instance}x`)
    assert.equal(await stranger.get('user:1'), undefined)
    assert.equal((await stranger.acquire('user:1')).outcome, 'leased')
    await stranger.invalidateScope('namespaces', 'user')
    await a.tier.renewRow(a.instance, '')
    assert.equal((await stranger.tier.registry()).rows.size, 0)
    assert.equal((await b.acquire('user:1')).outcome, 'value')
    await a.heardAll('user:2')
    assert.deepEqual(
      a.invalidations().filter(({ note }) => note.from !== a.instance),
      [],
    )
    for await (const batch of stranger.tier.scan('')) assert.deepEqual(batch, [])
  })

  test('size tells numbers', async ({ a }) => {
    await a.load('user:1')
    for (const number of Object.values(await a.tier.size())) assert.ok(number >= 0)
  })
}
