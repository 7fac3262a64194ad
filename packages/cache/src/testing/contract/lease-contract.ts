import assert from 'node:assert/strict'
import { longMs, tokenOf, until } from './contract-client.js'
import type { ContractTest } from './contract-suite.js'

const key = 'user:1'

export function leaseContract(test: ContractTest): void {
  test('one lease a key; who else asks waits, and is then given the value', async ({ a, b }) => {
    const token = a.token()
    const leased = await a.lease(key, token)
    const waiting = await b.acquire(key)
    assert.equal(waiting.outcome, 'wait')
    const leftMs = waiting.outcome === 'wait' ? waiting.leaseLeftMs : 0
    assert.ok(leftMs > 0 && leftMs <= longMs, `${leftMs} ms are left`)
    assert.equal((await b.acquire('user:2')).outcome, 'leased')
    const { stored, envelope } = await a.fill(key, token, leased)
    assert.equal(stored, true)
    const reply = await b.acquire(key)
    assert.deepEqual(reply.outcome === 'value' && reply.envelope, envelope)
    assert.deepEqual([reply.gen, reply.seq], [leased.gen, leased.seq])
  })

  test('a lease names the read point', async ({ a }) => {
    const before = await a.lease(key, a.token())
    const { gen, seq } = await a.known(key)
    assert.deepEqual([before.gen, before.seq], [gen, seq])
    assert.equal('stale' in before && before.stale !== undefined, false)
    await a.invalidate(key)
    const after = await a.lease(key, a.token())
    assert.deepEqual([after.gen, after.seq], [gen, seq + 1])
  })

  test('of many who ask at once one has the lease', async ({ a, b, client }) => {
    const askers = [a, b, await client('c')]
    const replies = await Promise.all(Array.from({ length: 30 }, (_, n) => askers[n % 3]?.acquire(key)))
    assert.equal(replies.filter(reply => reply?.outcome === 'leased').length, 1)
    assert.equal(replies.filter(reply => reply?.outcome === 'wait').length, 29)
  })

  test('who was told to wait is woken by a fill, a refused fill and a release', async ({ a, b }) => {
    const ends = {
      'user:filled': async (token: string) => {
        assert.equal((await a.fill('user:filled', token, await a.known('user:filled'))).stored, true)
      },
      'user:refused': async (token: string) => {
        const old = { gen: '-'.repeat(16), seq: 0, timeMs: 0 }
        assert.equal((await a.fill('user:refused', token, old)).stored, false)
      },
      'user:released': (token: string) =>
        a.tier.release(a.partition('user:released'), 'user:released', token),
    }
    for (const [waited, end] of Object.entries(ends)) {
      const token = a.token()
      await a.lease(waited, token)
      assert.equal((await b.acquire(waited)).outcome, 'wait')
      await end(token)
      await until(`a wake for ${waited}`, () => a.wakes(waited) === 1 && b.wakes(waited) === 1)
      const wake = b.messages.find(message => message.kind === 'wake' && message.key === waited)
      assert.deepEqual(wake, { kind: 'wake', partition: b.partition(waited), key: waited })
    }
  })

  test('nobody is woken when nobody waits', async ({ a, b }) => {
    await a.load(key)
    await a.invalidate(key)
    const token = a.token()
    await a.lease(key, token)
    await a.tier.release(a.partition(key), key, token)
    await b.heardAll(key)
    assert.equal(b.wakes(key), 0)
  })

  test('a lease ends by itself; its late holder can do nothing', async ({ a, b, server }) => {
    const late = a.token()
    const leased = await a.lease(key, late, { leaseMs: 200 })
    await server.passTime(300)
    const token = b.token()
    const next = await b.lease(key, token)
    assert.equal(await a.tier.renew(a.partition(key), key, late, longMs), false)
    await a.tier.release(a.partition(key), key, late)
    assert.equal((await a.fill(key, late, leased)).stored, false)
    assert.equal(await b.get(key), undefined)
    assert.equal((await b.fill(key, token, next)).stored, true)
  })

  test('a lease is renewed by its holder alone', async ({ a, b, server }) => {
    const token = a.token()
    await a.lease(key, token, { leaseMs: 500 })
    assert.equal(await b.tier.renew(b.partition(key), key, 'of another', longMs), false)
    assert.equal(await a.tier.renew(a.partition(key), key, token, longMs), true)
    await server.passTime(600)
    assert.equal((await b.acquire(key)).outcome, 'wait')
    assert.equal(await a.tier.renew(a.partition('user:2'), 'user:2', token, longMs), false)
  })

  test('a lease is released by its holder alone', async ({ a, b }) => {
    const token = a.token()
    await a.lease(key, token)
    await b.tier.release(b.partition(key), key, 'of another')
    assert.equal((await b.acquire(key)).outcome, 'wait')
    await a.tier.release(a.partition(key), key, token)
    await b.lease(key, b.token())
    assert.equal(await a.tier.renew(a.partition(key), key, token, longMs), false)
  })

  test('a fill by another token is refused and leaves the lease', async ({ a, b }) => {
    const token = a.token()
    const leased = await a.lease(key, token)
    assert.equal((await b.fill(key, 'of another', leased)).stored, false)
    assert.equal((await b.fill('user:2', 'without a lease', leased)).stored, false)
    assert.equal((await b.acquire(key)).outcome, 'wait')
    assert.equal((await a.fill(key, token, leased)).stored, true)
  })

  test('a refresh replaces the copy that it names, which answers meanwhile', async ({ a, b }) => {
    await a.load(key)
    const old = tokenOf(await a.get(key)) as string
    const token = a.token()
    const leased = await a.lease(key, token, { replaces: old })
    assert.equal((await b.acquire(key, { replaces: old })).outcome, 'wait')
    assert.equal((await b.acquire(key)).outcome, 'value')
    assert.equal(tokenOf(await b.get(key)), old)
    assert.equal((await a.fill(key, token, leased)).stored, true)
    assert.equal(tokenOf(await b.get(key)), token)
    const reply = await b.acquire(key, { replaces: old })
    assert.equal(reply.outcome === 'value' && tokenOf(reply.envelope), token)
  })

  test('a refresh is fenced as a load is', async ({ a, b }) => {
    await a.load(key, { tags: ['t'] })
    const old = tokenOf(await a.get(key)) as string
    const token = a.token()
    const leased = await a.lease(key, token, { replaces: old })
    await b.invalidateScope('tags', 't')
    assert.equal((await a.fill(key, token, leased, { tags: ['t'] })).stored, false)
    assert.equal((await b.acquire(key)).outcome, 'leased')
  })

  test('an expired value that is not void goes to the holder of the lease', async ({ a, b, server }) => {
    const ends: Readonly<Record<string, () => Promise<unknown>>> = {
      'user:good': async () => undefined,
      'user:tagged': () => b.invalidateScope('tags', 'user:tagged'),
      'ns:1': () => b.invalidateScope('namespaces', 'ns'),
      'user:pattern': () => b.invalidateScope('patterns', 'user:pat*'),
    }
    const filled = new Map<string, Buffer>()
    for (const name of Object.keys(ends)) {
      const token = a.token()
      const leased = await a.lease(name, token)
      const part = { expiresAtMs: leased.timeMs + 100, keepMs: longMs, tags: [name] }
      filled.set(name, (await a.fill(name, token, leased, part)).envelope)
    }
    await server.passTime(200)
    for (const [name, end] of Object.entries(ends)) {
      await end()
      const { stale } = await a.lease(name, a.token())
      assert.deepEqual(stale, name === 'user:good' ? filled.get(name) : undefined, name)
      assert.equal((await b.acquire(name)).outcome, 'wait')
    }
  })

  test('a lease that is void already is waited for by nobody', async ({ a, b }) => {
    await a.lease('ns:1', a.token())
    await b.invalidateScope('namespaces', 'ns')
    await b.lease('ns:1', b.token())
    await a.lease('user:pattern', a.token())
    await b.invalidateScope('patterns', '*:pat?ern')
    await b.lease('user:pattern', b.token())
    await a.lease('user:key', a.token())
    await b.invalidate('user:key')
    await b.lease('user:key', b.token())
    const { gen } = await a.lease('user:gen', a.token())
    await b.tier.newGen(b.partition('user:gen'), gen)
    const { gen: next } = await b.lease('user:gen', b.token())
    assert.notEqual(next, gen)
  })
}
