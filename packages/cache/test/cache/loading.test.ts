import { describe, expect, test } from 'vitest'
import { createCacheIn } from '#src/create-cache'
import { seeded } from '../cluster.js'
import { aCache, aCluster, setups } from './setups.js'

describe.each(setups)('getOrSet, %s', setup => {
  test('loads once for thousands who ask at once, and answers all of them', async () => {
    const { cluster, cache } = await aCache(setup)
    cluster.source.set('k', { n: 1 })
    const load = cluster.reading('k')
    const asked = Array.from({ length: 5000 }, () => cache.getOrSet('k', load.loader))
    await load.reached
    load.release()
    const answers = await Promise.all(asked)
    expect(answers.every(answer => answer === answers[0])).toBe(true)
    expect(cluster.loads).toEqual(['k'])
  })

  test('a loader may answer at once, later, or by a thenable', async () => {
    const { cache } = await aCache(setup)
    expect(await cache.getOrSet('now', () => 1)).toBe(1)
    expect(await cache.getOrSet('later', async () => 2)).toBe(2)
    // biome-ignore lint/suspicious/noThenProperty: that is what a thenable is
    const thenable = { then: (resolve: (value: number) => void) => resolve(3) } as Promise<number>
    expect(await cache.getOrSet('thenable', () => thenable)).toBe(3)
    expect(await cache.mget(['now', 'later', 'thenable'])).toEqual(
      new Map([
        ['now', 1],
        ['later', 2],
        ['thenable', 3],
      ]),
    )
  })

  test('an error reaches all who wait, as it is, and is not kept', async () => {
    const { cluster, cache } = await aCache(setup)
    const bug = new Error('bug')
    const pause = cluster.pause()
    const fails = async () => {
      await pause.here()
      throw bug
    }
    const asked = Array.from({ length: 10 }, () => cache.getOrSet('k', fails))
    await pause.reached
    pause.release()
    for (const end of await Promise.allSettled(asked))
      expect(end).toEqual({ status: 'rejected', reason: bug })
    const atOnce = () => {
      throw bug
    }
    await expect(cache.getOrSet('k', atOnce)).rejects.toBe(bug)
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
  })

  test('a caller gives up by its signal; the load goes on for others and is kept', async () => {
    const { cluster, cache } = await aCache(setup)
    cluster.source.set('k', 1)
    const load = cluster.reading('k')
    const signals = [new AbortController(), new AbortController()]
    const asked = signals.map(({ signal }) => cache.getOrSet('k', load.loader, { signal }))
    const patient = cache.getOrSet('k', load.loader)
    await load.reached
    for (const [at, controller] of signals.entries()) {
      controller.abort(new Error('gone'))
      await expect(asked[at]).rejects.toMatchObject({
        code: 'CACHE_ABORTED',
        key: 'k',
        cause: expect.objectContaining({ message: 'gone' }),
      })
    }
    load.release()
    expect(await patient).toBe(1)
    expect(await cache.get('k')).toBe(1)
    expect(cluster.loads).toEqual(['k'])
    await expect(cache.getOrSet('other', () => 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CACHE_ABORTED',
    })
  })

  test('a load that fails when its only caller has left troubles nobody', async () => {
    const { cluster, cache } = await aCache(setup)
    const load = cluster.reading('k')
    const caller = new AbortController()
    const asked = cache.getOrSet('k', load.loader, { signal: caller.signal })
    await load.reached
    caller.abort()
    await expect(asked).rejects.toMatchObject({ code: 'CACHE_ABORTED' })
    load.lose()
    await cluster.settle()
    expect(await cache.getOrSet('k', () => 2)).toBe(2)
  })

  test('hardTimeoutMs ends a loader, tells it, and lets the next one run', async () => {
    const { cluster, cache } = await aCache(setup)
    let told: AbortSignal | undefined
    const never = cache.getOrSet(
      'k',
      ({ signal }) => {
        told = signal
        return new Promise(() => {})
      },
      { hardTimeoutMs: 50 },
    )
    never.catch(() => {})
    const joined = cache.getOrSet('k', () => 1)
    joined.catch(() => {})
    await cluster.clock.advance(49)
    expect(told?.aborted).toBe(false)
    await cluster.clock.advance(1)
    const late = { code: 'CACHE_LOADER_TIMEOUT' }
    await expect(never).rejects.toMatchObject(late)
    await expect(joined).rejects.toMatchObject(late)
    expect(told?.aborted).toBe(true)
    expect(told?.reason).toMatchObject(late)
    expect(await cache.getOrSet('k', () => 2)).toBe(2)
  })

  test('a result after the hard time-out is not kept', async () => {
    const { cluster, cache } = await aCache(setup)
    cluster.source.set('k', 'late')
    const load = cluster.reading('k')
    const asked = cache.getOrSet('k', load.loader, { hardTimeoutMs: 50 })
    asked.catch(() => {})
    await cluster.clock.advance(50)
    await expect(asked).rejects.toMatchObject({ code: 'CACHE_LOADER_TIMEOUT' })
    load.release()
    await cluster.settle()
    expect(await cache.get('k')).toBeUndefined()
  })

  test('setTags, skip and stale of the context', async () => {
    const { cluster, cache } = await aCache(setup)
    await cache.getOrSet('tagged', context => {
      context.setTags(['late'])
      return 1
    })
    await cache.getOrSet('replaced', context => context.setTags(['late']) ?? 1, { tags: ['early'] })
    await cache.invalidateTags(['early'])
    expect(await cache.get('replaced')).toBe(1)
    await cache.invalidateTags(['late'])
    expect(await cache.mget(['tagged', 'replaced'])).toEqual(new Map())

    expect(await cache.getOrSet('skipped', context => context.skip() ?? 1)).toBe(1)
    expect(await cache.get('skipped')).toBeUndefined()

    let offered: unknown = 'not asked'
    const options = { ttl: 1, staleIfError: 60 }
    await cache.getOrSet('expires', () => 'old', options)
    await cluster.pass(1500)
    await cache.getOrSet(
      'expires',
      context => {
        offered = context.stale
        return 'new'
      },
      options,
    )
    expect(offered).toBe('old')
    expect(await cache.get('expires')).toBe('new')
  })

  test('tags that break the rules fail the load, and nothing is kept', async () => {
    const { cache } = await aCache(setup)
    const loading = cache.getOrSet('k', context => context.setTags(['\n']))
    await expect(loading).rejects.toMatchObject({ code: 'CACHE_TAG_INVALID', field: 'tags[0]' })
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
  })

  test('a loader that loads other keys does not wait for itself', async () => {
    const { cache } = await aCache(setup)
    const sum = await cache.getOrSet('sum', async () => {
      const parts = await cache.getOrSetMany<number>(['one', 'two'], keys => keys.map((_, at) => at + 1))
      return (
        (parts.get('one') ?? 0) + (parts.get('two') ?? 0) + (await cache.getOrSet<number>('three', () => 3))
      )
    })
    expect(sum).toBe(6)
  })

  test('a loader that asks for its own key ends by its hard time-out', async () => {
    const { cluster, cache } = await aCache(setup)
    const load = (): Promise<number> => cache.getOrSet('k', load)
    const asked = cache.getOrSet('k', load, { hardTimeoutMs: 100 })
    asked.catch(() => {})
    await cluster.pass(200)
    await expect(asked).rejects.toMatchObject({ code: 'CACHE_LOADER_TIMEOUT' })
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
  })

  test('keys of 1 KiB, of any script', async () => {
    const { cache } = await aCache(setup)
    for (const key of [
      'k'.repeat(1024),
      'ü'.repeat(512),
      '𝄞'.repeat(256),
      ':',
      ':x',
      'a:',
      'a:b:c',
      '*?\\[',
      ' ',
    ]) {
      expect(await cache.getOrSet(key, () => key)).toBe(key)
      expect(await cache.get(key, { memory: setup === 'memory alone' })).toBe(key)
      await cache.delete(key)
      expect(await cache.get(key)).toBeUndefined()
    }
  })
})

test("callers of a process's first moments join one flight, and do not all ask for the lease", async () => {
  const cluster = aCluster()
  const cache = createCacheIn(
    { remote: cluster.server.tier() },
    { clock: cluster.clock, random: seeded(3), instance: 'new' },
  )
  cluster.caches.set('new', cache)
  cluster.source.set('k', 1)
  const load = async () => cluster.read('k')
  const answers = await Promise.all(Array.from({ length: 50 }, () => cache.getOrSet('k', load)))
  expect(new Set(answers)).toEqual(new Set([1]))
  expect(cluster.loads).toEqual(['k'])
  expect(cluster.operations.filter(({ name }) => name === 'acquire').length).toBeLessThan(5)
})

test('where reads mostly miss, the lease is asked for at once and brings what there is; else a plain read comes first', async () => {
  const cluster = aCluster()
  const reader = await cluster.open('reader', { namespaces: { far: { memory: false } } })
  const writer = await cluster.open('writer')
  let asked = 0
  const operationsOf = async (key: string, expected: unknown) => {
    const before = cluster.operations.length
    asked = 0
    const load = () => {
      asked++
      return 'loaded'
    }
    expect(await reader.getOrSet(key, load)).toBe(expected)
    return cluster.operations
      .slice(before)
      .map(({ name }) => name)
      .filter(name => ['get', 'acquire', 'fill'].includes(name))
  }
  expect(await operationsOf('far:0', 'loaded')).toEqual(['get', 'acquire', 'fill'])
  for (let at = 1; at < 20; at++) await operationsOf(`far:${at}`, 'loaded')
  expect(await operationsOf('far:20', 'loaded')).toEqual(['acquire', 'fill'])
  expect(await operationsOf('other:0', 'loaded')).toEqual(['get', 'acquire', 'fill'])

  await writer.set('far:21', 'set')
  expect(await operationsOf('far:21', 'set')).toEqual(['acquire'])
  expect(asked).toBe(0)
  for (let at = 0; at < 20; at++) await operationsOf('far:21', 'set')
  expect(await operationsOf('far:21', 'set')).toEqual(['get'])
})

test('what is kept out of the second tier is kept in memory from the first call on', async () => {
  const cluster = aCluster()
  const options = { remote: cluster.server.tier(), namespaces: { own: { remote: false } } }
  const cache = createCacheIn(options, { clock: cluster.clock, random: seeded(1), instance: 'new' })
  cluster.caches.set('new', cache)
  const meta = cluster.hold('new', 'readMeta')
  const loads: string[] = []
  const load = async () => {
    loads.push('own:1')
    return 1
  }
  const loading = cache.getOrSet('own:1', load)
  await meta.reached
  meta.release()
  expect(await cluster.ends(loading)).toBe(1)
  expect(await cache.get('own:1')).toBe(1)
  expect(loads).toEqual(['own:1'])
})
