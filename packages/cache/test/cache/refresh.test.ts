import { describe, expect, test } from 'vitest'
import { aCache, failing, setups } from './setups.js'

describe.each(setups)('values past their expiry, %s', setup => {
  const options = { ttl: 1, staleIfError: 10 }

  test('staleIfError answers for a loader that fails, and for no longer than it says', async () => {
    const { cluster, cache } = await aCache(setup)
    await cache.getOrSet('k', () => 'old', options)
    await cluster.clock.advance(1000)
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.getOrSet('k', failing, options)).toBe('old')
    await expect(cache.getOrSet('k', failing, { ttl: 1 })).rejects.toThrow('the source is down')
    await cluster.clock.advance(9999)
    expect(await cache.getOrSet('k', failing, options)).toBe('old')
    await cluster.clock.advance(1)
    await expect(cache.getOrSet('k', failing, options)).rejects.toThrow('the source is down')
  })

  test('softTimeoutMs answers with it while the loader goes on', async () => {
    const { cluster, cache } = await aCache(setup)
    const soft = { ...options, softTimeoutMs: 30 }
    await cache.getOrSet('k', () => 'old', soft)
    await cluster.clock.advance(1000)
    cluster.source.set('k', 'new')
    const load = cluster.reading('k')
    let answer: unknown
    void cache.getOrSet('k', load.loader, soft).then(value => {
      answer = value
    })
    await cluster.clock.advance(29)
    expect(answer).toBeUndefined()
    await cluster.clock.advance(1)
    expect(answer).toBe('old')
    load.release()
    await cluster.settle()
    expect(await cache.get('k')).toBe('new')
  })

  test('without an expired value the soft time-out changes nothing', async () => {
    const { cluster, cache } = await aCache(setup)
    cluster.source.set('k', 'new')
    const load = cluster.reading('k')
    const asked = cache.getOrSet('k', load.loader, { ...options, softTimeoutMs: 30 })
    await cluster.clock.advance(1000)
    load.release()
    expect(await asked).toBe('new')
  })

  test('refreshAhead answers at once and loads once in the background', async () => {
    const { cluster, cache } = await aCache(setup)
    const ahead = { ttl: 10, refreshAhead: 0.8 }
    cluster.source.set('k', 'old')
    const asked = () => cache.getOrSet('k', () => cluster.read('k'), ahead)
    await asked()
    await cluster.pass(7900)
    expect([await asked(), cluster.loads.length]).toEqual(['old', 1])
    await cluster.pass(200)
    cluster.source.set('k', 'new')
    const load = cluster.reading('k')
    for (let at = 0; at < 5; at++) expect(await cache.getOrSet('k', load.loader, ahead)).toBe('old')
    await load.reached
    expect(await asked()).toBe('old')
    load.release()
    await cluster.settle()
    expect([await asked(), cluster.loads.length]).toEqual(['new', 2])
  })

  test('a refresh that fails leaves the value until its expiry, and is tried again', async () => {
    const { cluster, cache } = await aCache(setup)
    const ahead = { ttl: 10, refreshAhead: 0.5 }
    await cache.getOrSet('k', () => 'old', ahead)
    await cluster.pass(6000)
    expect(await cache.getOrSet('k', failing, ahead)).toBe('old')
    await cluster.settle()
    expect(await cache.getOrSet('k', () => 'too soon', ahead)).toBe('old')
    await cluster.pass(1500)
    expect(await cache.getOrSet('k', () => 'new', ahead)).toBe('old')
    await cluster.settle()
    expect(await cache.get('k')).toBe('new')
  })

  test('xfetch refreshes before the expiry what took long to load', async () => {
    const { cluster, cache } = await aCache(setup)
    const ahead = { ttl: 10, refreshAhead: 'xfetch' } as const
    let refreshed = 0
    for (let at = 0; at < 50; at++) {
      const pause = cluster.pause()
      const loading = cache.getOrSet(`k:${at}`, () => pause.here().then(() => 1), ahead)
      await pause.reached
      await cluster.clock.advance(500)
      pause.release()
      await loading
      await cluster.clock.advance(9000)
      await cache.getOrSet(`k:${at}`, () => ++refreshed, ahead)
      await cluster.settle()
    }
    // The chance is e^-1 for each.
    expect(refreshed).toBeGreaterThan(8)
    expect(refreshed).toBeLessThan(32)
  })
})
