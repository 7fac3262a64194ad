import { describe, expect, test } from 'vitest'
import { aWorld, production, served } from './world.js'

describe('memory, then the second tier, then the store', () => {
  test('the first instance loads from the store, the next from the second tier', async () => {
    const world = aWorld()
    const a = await world.open('a')
    expect([served(a), world.store.asked.load]).toEqual(['on STATIC', 1])
    const b = await world.open('b')
    expect([served(b), world.store.asked.load]).toEqual(['on STATIC', 1])
    expect([a.status, b.status]).toEqual(['ready', 'ready'])
    expect(b.snapshot()?.revision).toBe(1)
  })

  test('without a cache there are memory and the store', async () => {
    const world = aWorld()
    const flags = await world.open('a', { cache: undefined as never })
    expect(served(flags)).toBe('on STATIC')
    world.store.patchFlag(production, 'llm', { killed: true })
    await world.pass(1000)
    expect(served(flags)).toBe('off DISABLED')
    await flags.acknowledged(2)
  })

  test('isEnabled loads by itself, one load for all that ask', async () => {
    const world = aWorld()
    const flags = world.make('a')
    const asked = Array.from({ length: 20 }, () => flags.isEnabled('llm'))
    expect(new Set(await world.ends(Promise.all(asked)))).toEqual(new Set([true]))
    expect(world.store.asked.load).toBe(1)
    expect(await flags.isEnabled('unknown', {}, true)).toBe(true)
    expect(await flags.isEnabled('unknown')).toBe(false)
  })

  test('evaluate does not wait: the default first, and the load begins', async () => {
    const world = aWorld()
    const flags = world.make('a')
    expect(flags.evaluate('llm', false)).toMatchObject({
      value: false,
      reason: 'ERROR',
      errorCode: 'PROVIDER_NOT_READY',
    })
    expect(flags.status).toBe('not-ready')
    await world.settle()
    expect(served(flags)).toBe('on STATIC')
  })

  test('statistics have the shape of the seed, and tell who answered', async () => {
    const world = aWorld()
    const flags = await world.open('a', { l1Ttl: 10, l2Ttl: '20s' })
    for (let at = 0; at < 37; at++) flags.evaluate('llm', false)
    await world.pass(10_000)
    expect(await flags.isEnabled('llm')).toBe(true)
    await world.pass(11_000)
    expect(await Promise.all([flags.isEnabled('llm'), flags.isEnabled('llm')])).toEqual([true, true])
    expect(flags.getCacheStats()).toEqual({
      l1Cache: { hits: 37, misses: 3, hitRate: 92.5, size: 1, ttlSeconds: 10 },
      l2Cache: { hits: 1, misses: 2, hitRate: 33.3, ttlSeconds: 20 },
      overall: { cacheHitRate: 95 },
    })
    expect(world.store.asked.load).toBe(2)
    expect(await world.make('b').getCacheStats()).toMatchObject({ overall: { cacheHitRate: 0 } })
  })

  test('evaluations are counted by flag, over snapshots, and not for flags that are gone', async () => {
    const world = aWorld()
    const flags = await world.open('a')
    flags.evaluate('llm', false)
    await flags.isEnabled('llm')
    flags.evaluate<string>('llm', 'a text')
    flags.evaluate('unknown', false)
    world.store.patchFlag(production, 'llm', { enabled: false })
    await world.relay()
    flags.evaluate('llm', true)
    expect([...flags.counts()]).toEqual([['llm', { on: 2, off: 1, error: 1 }]])
  })
})

describe('a change', () => {
  test('is served at once when it is relayed, everywhere', async () => {
    const world = aWorld()
    const [a, b] = [await world.open('a'), await world.open('b')]
    world.store.patchFlag(production, 'llm', { killed: true })
    await world.relay()
    expect([served(a), served(b)]).toEqual(['off DISABLED', 'off DISABLED'])
    expect(world.store.asked.load).toBe(2)
  })

  test('is served a second later where its message was lost, though the second tier has the old one', async () => {
    const world = aWorld()
    const [a, b] = [await world.open('a'), await world.open('b')]
    world.store.patchFlag(production, 'llm', { killed: true })
    await world.pass(900)
    expect(served(a)).toBe('on STATIC')
    await world.pass(100)
    expect([served(a), served(b)]).toEqual(['off DISABLED', 'off DISABLED'])
    expect(world.shared.asked.delete).toBe(1)
    expect(world.store.asked.load).toBe(2)
  })

  test('tells who listens which flags may serve something else', async () => {
    const world = aWorld()
    await world.open('a')
    const change = (act: () => number) => {
      act()
      world.events.length = 0
      return world.relay().then(() => world.events)
    }
    const changed = (...flagsChanged: string[]) => [
      { kind: 'changed', revision: expect.any(Number), flagsChanged },
    ]
    const { store } = world
    const rule = { id: 'r', when: { segment: 'testers' }, serve: { variant: 'on' } }
    expect(await change(() => store.putFlag(production, { name: 'other', enabled: true }))).toEqual(
      changed('other'),
    )
    store.putSegment(production, { name: 'staff', included: ['u1'] })
    store.putSegment(production, { name: 'testers', when: { segment: 'staff' } })
    expect(await change(() => store.patchFlag(production, 'other', { targetingRules: [rule] }))).toEqual(
      changed('other'),
    )
    const prerequisites = [{ flag: 'other', variants: ['on'] }]
    expect(await change(() => store.patchFlag(production, 'llm', { prerequisites }))).toEqual(changed('llm'))
    expect(await change(() => store.putSegment(production, { name: 'staff', included: ['u2'] }))).toEqual(
      changed('llm', 'other'),
    )
    const override = { flag: 'llm', targetingKey: 'u', enabled: false, value: null, expiresAtMs: null }
    expect(await change(() => store.putOverride(production, override))).toEqual(changed('llm'))
    expect(await change(() => store.removeOverride(production, 'llm', 'u'))).toEqual(changed('llm'))
    expect(await change(() => 0)).toEqual([])
  })

  test('refresh brings it at once', async () => {
    const world = aWorld()
    const flags = await world.open('a')
    world.store.patchFlag(production, 'llm', { killed: true })
    await flags.refresh()
    expect(served(flags)).toBe('off DISABLED')
    world.store.stop()
    await expect(flags.refresh()).rejects.toMatchObject({ code: 'FLAG_STORE_UNAVAILABLE' })
  })
})
