import { describe, expect, test } from 'vitest'
import { type Cache, type CacheOptions, createCache, type LoadOptions } from '#src/index'
import { aCache, setups } from './setups.js'

const long = 'x'.repeat(1025)

describe.each(setups)('what is refused at the call, %s', setup => {
  const keys: [string, unknown][] = [
    ['no text', 5],
    ['nothing', undefined],
    ['an object', {}],
    ['empty', ''],
    ['over 1 KiB', long],
    ['over 1 KiB in UTF-8', 'ü'.repeat(513)],
    ['a control character', 'a\nb'],
    ['a DEL', 'a\u007f'],
    ['half of a surrogate pair', 'a\ud800'],
  ]

  test.each(keys)('a key that is %s', async (_, bad) => {
    const { cache } = await aCache(setup)
    const key = bad as string
    const refused = { code: 'CACHE_KEY_INVALID', field: 'key' }
    const calls = [
      cache.get(key),
      cache.getOrSet(key, () => 1),
      cache.set(key, 1),
      cache.delete([key]),
      cache.mget([key]),
      cache.getOrSetMany([key], () => [1]),
      cache.inspect(key),
      cache.mset([[key, 1]]),
      cache.delete(['good', key]),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject(refused)
  })

  test('tags and namespaces', async () => {
    const { cache } = await aCache(setup)
    for (const [, bad] of keys) {
      const refused = { code: 'CACHE_TAG_INVALID', field: 'tags[0]' }
      const tags = [bad as string]
      await expect(cache.invalidateTags(tags)).rejects.toMatchObject(refused)
      await expect(cache.set('k', 1, { tags })).rejects.toMatchObject(refused)
      await expect(cache.getOrSet('k', () => 1, { tags })).rejects.toMatchObject(refused)
      const namespace = { code: 'CACHE_TAG_INVALID', field: 'namespace' }
      await expect(cache.clear([bad as string])).rejects.toMatchObject(namespace)
    }
    const many = Array.from({ length: 129 }, (_, at) => `t${at}`)
    for (const tags of [many, 'ab', null as never]) {
      await expect(cache.invalidateTags(tags as string[])).rejects.toMatchObject({ field: 'tags' })
    }
    await expect(cache.set('k', 1, { tags: many })).rejects.toThrow('128')
    await expect(cache.clear('a:b')).rejects.toMatchObject({ code: 'CACHE_TAG_INVALID', field: 'namespace' })
    expect(await cache.get('k')).toBeUndefined()
  })

  test.each(['', 'a\\', '\\\\\\', '*'.repeat(17), long, 'a\n*', 5])('the pattern %j', async pattern => {
    const { cache } = await aCache(setup)
    await expect(cache.deletePattern(pattern as string)).rejects.toMatchObject({
      code: 'CACHE_PATTERN_INVALID',
      field: 'pattern',
    })
  })

  test.each<[string, Record<string, unknown>]>([
    ['tttl', { tttl: 5 }],
    ['ttl', { ttl: {} }],
    ['adaptive.min', { adaptive: {} }],
    ['adaptive', { adaptive: { min: 5, max: 1 } }],
    ['jitter', { jitter: 1 }],
    ['jitter', { jitter: -0.1 }],
    ['staleIfError', { staleIfError: 'never' }],
    ['softTimeoutMs', { softTimeoutMs: 0 }],
    ['hardTimeoutMs', { hardTimeoutMs: 300_001 }],
    ['hardTimeoutMs', { hardTimeoutMs: '5s' }],
    ['refreshAhead', { refreshAhead: 1.5 }],
    ['refreshAhead', { refreshAhead: 'always' }],
    ['negativeTtl', { negativeTtl: 0 }],
    ['compress', { compress: 1 }],
    ['sensitive', { sensitive: 'yes' }],
    ['memory', { memory: null }],
    ['remote', { remote: 0 }],
    ['copy', { copy: 'deep' }],
  ])('the option %s', async (field, bad) => {
    const { cache } = await aCache(setup)
    const options = bad as LoadOptions
    const refused = { code: 'CACHE_OPTION_INVALID', field }
    const calls = [
      cache.getOrSet('k', () => 1, options),
      cache.getOrSetMany(['k'], () => [1], options),
      cache.set('k', 1, options),
      cache.mset({ k: 1 }, options),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject(refused)
    expect(() => createCache({ defaults: options })).toThrowError(expect.objectContaining(refused))
    expect(() => createCache({ namespaces: { user: options } })).toThrowError(
      expect.objectContaining(refused),
    )
    expect(await cache.get('k')).toBeUndefined()
  })

  test('the loader, the entries, the keys and the version', async () => {
    const { cache } = await aCache(setup)
    const refused = (field: string) => ({ code: 'CACHE_OPTION_INVALID', field })
    for (const bad of [undefined, 5, {}]) {
      await expect(cache.getOrSet('k', bad as never)).rejects.toMatchObject(refused('loader'))
      await expect(cache.getOrSetMany(['k'], bad as never)).rejects.toMatchObject(refused('loadMany'))
    }
    for (const bad of [undefined, null, 'ab', 5, ['ab'], [5]])
      await expect(cache.mset(bad as never)).rejects.toMatchObject(refused('entries'))
    const many = Array.from({ length: 10_001 }, (_, at) => `k${at}`)
    for (const bad of [undefined, 'ab', many]) {
      await expect(cache.mget(bad as never)).rejects.toMatchObject(refused('keys'))
      await expect(cache.getOrSetMany(bad as never, () => [])).rejects.toMatchObject(refused('keys'))
    }
    for (const version of [-1, 1.5, Number.NaN, '1', 2 ** 53])
      await expect(cache.set('k', 1, { version: version as number })).rejects.toMatchObject(
        refused('version'),
      )
  })

  test('options that are no object: a number is no ttl', async () => {
    const { cache } = await aCache(setup)
    const refused = { code: 'CACHE_OPTION_INVALID', field: 'options' }
    for (const bad of [300, '5m', null] as never[]) {
      await expect(cache.set('k', 1, bad)).rejects.toMatchObject(refused)
      await expect(cache.mset({ k: 1 }, bad)).rejects.toMatchObject(refused)
    }
    await expect(cache.getOrSet('k', () => 1, 300 as never)).rejects.toMatchObject(refused)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('what only invalidates takes nothing but acknowledged', async () => {
    const { cache } = await aCache(setup)
    const calls: ((open: Cache, options: object) => Promise<unknown>)[] = [
      (open, options) => open.delete('k', options),
      (open, options) => open.deletePattern('*', options),
      (open, options) => open.invalidateTags(['t'], options),
      (open, options) => open.clear('n', options),
    ]
    for (const call of calls) {
      const unknown = { code: 'CACHE_OPTION_INVALID', field: 'acknowledge' }
      await expect(call(cache, { acknowledge: true })).rejects.toMatchObject(unknown)
      const wrong = { code: 'CACHE_OPTION_INVALID', field: 'acknowledged' }
      await expect(call(cache, { acknowledged: 'yes' })).rejects.toMatchObject(wrong)
      await expect(cache.set('k', 1, { acknowledged: 'yes' as never })).rejects.toMatchObject(wrong)
    }
  })

  test('the key of the call is named, for the caller alone', async () => {
    const { cache } = await aCache(setup)
    const failed = await cache.set('user:somebody', undefined).catch(error => error)
    expect(failed).toMatchObject({ key: 'user:somebody' })
    expect(failed.message).not.toContain('somebody')
  })
})

describe('createCache', () => {
  test.each<[string, object]>([
    ['options', null as never],
    ['options', 5 as never],
    ['remoet', { remoet: {} }],
    ['memory', { memory: false }],
    ['namespaces', { namespaces: 5 }],
    ['encryption', { encryption: {} }],
    ['name', { name: 5 }],
    ['remote', { remote: null }],
    ['memory.maxEntries', { memory: { maxEntries: 0 } }],
    ['memory.maxBytes', { memory: { maxBytes: 1.5 } }],
    ['memory.max', { memory: { max: 5 } }],
    ['remote', { remote: 'redis://' }],
    ['encryption.id', { encryption: [{ id: 'a b', key: Buffer.alloc(32) }] }],
    ['encryption.key', { encryption: [{ id: 'a', key: Buffer.alloc(31) }] }],
    ['encryption.key', { encryption: [{ id: 'a', key: 'x'.repeat(32) }] }],
    ['prefix', { prefix: 'a:b' }],
    ['remoteTimeoutMs', { remoteTimeoutMs: 0 }],
    ['remoteTimeoutMs', { remoteTimeoutMs: 10_001 }],
    ['verifyHits', { verifyHits: 1.1 }],
  ])('refuses %s', (field, options) => {
    const refused = expect.objectContaining({ code: 'CACHE_OPTION_INVALID', field })
    expect(() => createCache(options as CacheOptions)).toThrowError(refused)
  })

  test.each<[string, object]>([
    ['signal', { signal: new AbortController().signal }],
    ['version', { version: 1 }],
    ['acknowledged', { acknowledged: true }],
    ['options', 5 as never],
  ])('%s is nothing that a namespace has', (field, options) => {
    const refused = expect.objectContaining({ code: 'CACHE_OPTION_INVALID', field })
    expect(() => createCache({ namespaces: { user: options } })).toThrowError(refused)
  })

  test('two keys of one id are refused', () => {
    const key = { id: 'a', key: Buffer.alloc(32) }
    expect(() => createCache({ encryption: [key, key] })).toThrowError(
      expect.objectContaining({ field: 'encryption.id' }),
    )
  })
})
