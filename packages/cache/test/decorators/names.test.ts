import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CacheDecorators, cacheDecorators } from '#src/decorators'
import { type RecordedCache, recordedCache } from './recorded-cache.js'

let recorded: RecordedCache
let bound: CacheDecorators
beforeEach(() => {
  recorded = recordedCache()
  bound = cacheDecorators(recorded.cache)
})
afterEach(() => recorded.cache.close())

describe('a name', () => {
  const named = (result: number) => ({ load: async () => result }).load

  test('is needed where the function has none, unless there is a key', () => {
    expect(() => bound.cacheResult(async () => 1)).toThrow(
      expect.objectContaining({ code: 'CACHE_DECORATOR_INVALID', field: 'name' }),
    )
    expect(bound.keyOf(bound.cacheResult(async () => 1, { key: () => 'one' }))).toBe('default:one')
  })

  test('is not shared by accident', async () => {
    const first = named(1)
    bound.cacheResult(first)
    bound.cacheResult(first, { ttl: 5 })
    expect(() => bound.cacheResult(named(2))).toThrow(expect.objectContaining({ field: 'name' }))
    expect(() => bound.cacheResult(named(2), { name: 'load' })).toThrow(/Another function/)
    bound.cacheResult(named(2), { namespace: 'other' })
    const [a, b] = [3, 4].map(result => bound.cacheResult(named(result), { name: 'shared' }))
    expect([await a?.(), await b?.()]).toEqual([3, 3])
  })
})

describe('wrong use is a coded error:', () => {
  const wrong: [string, () => unknown][] = [
    ['no function', () => bound.cacheResult({ ttl: 5 }, undefined as never)],
    ['options that are none', () => bound.cacheResult(named, 5 as never)],
    ['a position below 0', () => bound.cacheResult(named, { excludeArgs: [-1] })],
    [
      '@cached without its call',
      () => (bound.cached as (...args: unknown[]) => unknown)(named, { kind: 'method' }),
    ],
    ['a field', () => bound.cached()(undefined as never, { kind: 'field', name: 'a' } as never)],
    ['an accessor', () => bound.cached()({}, 'a', { get: () => 1 } as never)],
    ['a method that only a symbol names', () => bound.cached()({}, Symbol('a'), { value: named } as never)],
    ['a mutation that says nothing', () => bound.invalidates(named, {})],
    ['a store without a reader', () => bound.invalidates(named, { namespaces: 'a', store: () => 1 })],
    ['a reader that is not cached', () => bound.invalidates(named, { reader: named })],
  ]
  async function named() {}
  test.each(wrong)('%s', (_, use) => {
    expect(use).toThrow(expect.objectContaining({ code: 'CACHE_DECORATOR_INVALID' }))
  })

  test('a namespace with a colon', () => {
    expect(() => bound.cacheResult(named, { namespace: 'a:b' })).toThrow(
      expect.objectContaining({ code: 'CACHE_TAG_INVALID', field: 'namespace' }),
    )
  })

  test('a key function that gives no text', async () => {
    const find = bound.cacheResult(named, { key: () => undefined as unknown as string })
    await expect(find()).rejects.toMatchObject({ code: 'CACHE_KEY_INVALID', field: 'key' })
  })

  test('a secret that is short', () => {
    expect(() => cacheDecorators(recorded.cache, { keySecret: new Uint8Array(8) })).toThrow(
      expect.objectContaining({ code: 'CACHE_OPTION_INVALID', field: 'keySecret' }),
    )
  })
})
