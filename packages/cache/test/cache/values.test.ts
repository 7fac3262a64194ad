import { describe, expect, test } from 'vitest'
import { aCache, aCluster, setups } from './setups.js'

describe.each(setups)('values, %s', setup => {
  test.each([0, '', false, null, Number.NaN, 0n, [], {}])('%s is a value', async value => {
    const { cache } = await aCache(setup)
    expect(await cache.get('k')).toBeUndefined()
    await cache.set('k', value)
    expect(await cache.get('k')).toEqual(value)
    expect(await cache.mget(['k'])).toEqual(new Map([['k', value]]))
    expect(await cache.getOrSet('k', () => 'loaded')).toEqual(value)
    expect(await cache.getOrSet('other', () => value)).toEqual(value)
    expect(await cache.getOrSet('other', () => 'loaded again')).toEqual(value)
  })

  test('a loader’s undefined is returned and not kept; undefined cannot be set', async () => {
    const { cache, cluster } = await aCache(setup)
    for (let at = 0; at < 2; at++)
      expect(await cache.getOrSet('k', () => void cluster.read('k'))).toBeUndefined()
    expect(cluster.loads).toEqual(['k', 'k'])
    await expect(cache.set('k', undefined)).rejects.toMatchObject({
      code: 'CACHE_VALUE_UNSUPPORTED',
      field: 'value',
    })
  })

  test('what cannot be carried is refused by its place, and changes nothing', async () => {
    const { cache } = await aCache(setup)
    await cache.set('k', 'before')
    for (const value of [{ a: [() => 1] }, { a: [Symbol('s')] }, { a: [new (class Thing {})()] }]) {
      const refused = { code: 'CACHE_VALUE_UNSUPPORTED', field: 'value.a[0]' }
      await expect(cache.set('k', value)).rejects.toMatchObject(refused)
      await expect(cache.mset({ other: 1, k: value })).rejects.toMatchObject(refused)
      await expect(cache.getOrSet('x', () => value)).rejects.toMatchObject(refused)
    }
    expect(await cache.get('k')).toBe('before')
    expect(await cache.get('other')).toBeUndefined()
  })

  test.each(['freeze', 'clone'] as const)('copy %s: nobody can change what is kept', async copy => {
    const { cache } = await aCache(setup, { defaults: { copy } })
    const own = { list: [{ n: 1 }], bytes: Buffer.from('ab'), when: new Date(7) }
    const fresh = { list: [{ n: 1 }], bytes: Buffer.from('ab'), when: new Date(7) }
    await cache.set('set', own)
    const loaded = await cache.getOrSet('loaded', () => own)
    expect(Object.isFrozen(own) || Object.isFrozen(own.list)).toBe(false)
    own.list.push({ n: 2 })
    own.bytes[0] = 0
    const tamper = (value: typeof own | undefined) => {
      for (const change of [
        () => value?.list.push({ n: 3 }),
        () => value?.when.setTime(0),
        () => value?.bytes.fill(0),
      ])
        try {
          change()
        } catch {
          // frozen
        }
    }
    tamper(loaded)
    for (const key of ['set', 'loaded', 'set', 'loaded']) {
      const got = await cache.get<typeof own>(key)
      expect(got).toEqual(fresh)
      tamper(got)
      for (const value of (await cache.mget<typeof own>([key])).values()) tamper(value)
      tamper(await cache.getOrSet(key, () => own))
    }
  })

  test('copy clone: a reader may change what it got; copy none: all share one object', async () => {
    const { cache } = await aCache(setup)
    await cache.set('cloned', { n: 1 }, { copy: 'clone' })
    const cloned = await cache.get<{ n: number }>('cloned')
    if (cloned) cloned.n = 2
    expect(cloned).toEqual({ n: 2 })
    const own = { n: 1 }
    await cache.set('shared', own, { copy: 'none' })
    expect(await cache.get('shared')).toBe(own)
  })

  test('memory: false and remote: false leave a tier out, of calls and of namespaces', async () => {
    const { cluster, cache } = await aCache(setup, {
      namespaces: { away: { memory: false }, here: { remote: false } },
    })
    const shared = setup === 'two tiers'
    for (const key of ['away:1', 'here:1']) await cache.set(key, key)
    await cache.set('k:away', 1, { memory: false })
    await cache.getOrSet('k:here', () => 1, { remote: false })
    const where = async (key: string) => {
      const { memory, remote } = await cache.inspect(key)
      return [memory !== undefined, remote !== undefined]
    }
    for (const key of ['away:1', 'k:away']) expect(await where(key)).toEqual([false, shared])
    for (const key of ['here:1', 'k:here']) expect(await where(key)).toEqual([true, false])
    expect(await cache.get('here:1', { memory: false })).toBeUndefined()
    expect(await cache.get('away:1')).toBe(shared ? 'away:1' : undefined)
    expect(cluster.loads).toEqual([])
  })
})

describe('sensitive values', () => {
  const one = { id: 'one', key: Buffer.alloc(32, 1) }
  const two = { id: 'two', key: Buffer.alloc(32, 2) }
  const secret = 'DIAGNOSIS-OF-SOMEBODY '.repeat(400)
  const namespaces = { patient: { sensitive: true } }
  const stored = (cluster: ReturnType<typeof aCluster>) =>
    [...cluster.server.snapshot().spaces.values()].flatMap(({ partitions }) =>
      partitions.flatMap(({ values }) =>
        [...values.values()].map(({ envelope }) => envelope.toString('latin1')),
      ),
    )

  test('with a key nothing of them is readable in the second tier, and keys can be changed', async () => {
    const cluster = aCluster()
    const a = await cluster.open('a', { namespaces, encryption: [one] })
    await a.set('patient:1', secret)
    await a.set('patient:2', { secret }, { compress: false })
    await a.getOrSet('patient:3', () => secret)
    await a.set('plain:1', secret, { compress: false })
    expect(stored(cluster)).toHaveLength(4)
    expect(stored(cluster).filter(text => text.includes('DIAGNOSIS'))).toHaveLength(1)
    const rotated = await cluster.open('rotated', { namespaces, encryption: [two, one] })
    expect(await rotated.get('patient:1')).toBe(secret)
    await rotated.set('patient:2', secret)
    expect(await a.getOrSet('patient:2', () => 'loaded')).toBe('loaded')
    const other = await cluster.open('other', { namespaces, encryption: [two] })
    expect(await other.get('patient:1')).toBeUndefined()
    expect(await other.getOrSet('patient:1', () => 'loaded')).toBe('loaded')
  })

  test('without a key they stay in this process, and are invalidated like others', async () => {
    const cluster = aCluster()
    const [a, b] = [await cluster.open('a', { namespaces }), await cluster.open('b', { namespaces })]
    await a.set('patient:1', secret)
    await a.getOrSet('patient:2', () => secret)
    expect(await a.get('patient:1')).toBe(secret)
    expect(await a.get('patient:2')).toBe(secret)
    expect(stored(cluster)).toEqual([])
    expect(await b.get('patient:1')).toBeUndefined()
    await b.delete(['patient:1', 'patient:2'])
    await cluster.settle()
    expect(await a.mget(['patient:1', 'patient:2'])).toEqual(new Map())
  })
})
