import { gate } from '@voiceassist/testkit'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { createCache } from '#src/create-cache'
import { type CacheDecorators, cacheDecorators } from '#src/decorators'
import { counted } from './counted.js'
import { type RecordedCache, recordedCache } from './recorded-cache.js'

let recorded: RecordedCache
let bound: CacheDecorators
beforeEach(() => {
  recorded = recordedCache()
  bound = cacheDecorators(recorded.cache)
})
afterEach(() => recorded.cache.close())

describe('cacheResult', () => {
  test('takes the function first or last, sync or async', async () => {
    const double = counted((n: number) => n * 2)
    const triple = counted(async (n: number) => n * 3)
    const first = bound.cacheResult(double, { name: 'double', ttl: 300 })
    const last = bound.cacheResult({ name: 'triple', ttl: 300 }, triple)
    expect([await first(2), await first(2), await last(2), await last(2)]).toEqual([4, 4, 6, 6])
    expect([double.calls, triple.calls]).toEqual([1, 1])
    expectTypeOf(first).parameters.toEqualTypeOf<[number]>()
    expectTypeOf(first).returns.toEqualTypeOf<Promise<number>>()
    expectTypeOf(last).returns.toEqualTypeOf<Promise<number>>()
  })

  test('knows the types of what its options are given', () => {
    bound.cacheResult(async (id: string, deep?: boolean) => ({ id, deep }), {
      name: 'typed',
      key: (id, deep) => {
        expectTypeOf(id).toEqualTypeOf<string>()
        expectTypeOf(deep).toEqualTypeOf<boolean | undefined>()
        return id
      },
      tags: (result, id) => {
        expectTypeOf(result).toEqualTypeOf<{ id: string; deep: boolean | undefined }>()
        expectTypeOf(id).toEqualTypeOf<string>()
        return []
      },
    })
    const last = bound.cacheResult({ name: 'last', key: id => id }, async (id: string) => id)
    expectTypeOf(last).toEqualTypeOf<(this: unknown, id: string) => Promise<string>>()
    const find = bound.cacheResult(async (id: string) => id, { name: 'find' })
    const wrong = () => [
      // @ts-expect-error: the parameters of the function stay
      find(1),
      // @ts-expect-error
      find(),
      // @ts-expect-error
      bound.invalidateCache(find, 1),
      // @ts-expect-error
      bound.keyOf(find),
      // @ts-expect-error
      bound.cacheResult(async (id: string) => id, { key: (id: number) => String(id) }),
      // @ts-expect-error
      bound.cacheResult(async (id: string) => id, { ttk: 5 }),
    ]
    expectTypeOf(wrong).toBeFunction()
  })

  test('shares one execution among calls at the same time', async () => {
    const opened = gate()
    const load = counted(async (id: string) => {
      await opened.opened
      return id
    })
    const find = bound.cacheResult(load)
    const answers = [find('1'), find('1'), find('1'), find('2')]
    opened.open()
    expect(await Promise.all(answers)).toEqual(['1', '1', '1', '2'])
    expect(load.calls).toBe(2)
  })

  test('throws what the function throws, the same object, and keeps nothing', async () => {
    const error = new RangeError('far')
    const sync = bound.cacheResult(
      () => {
        throw error
      },
      { name: 'sync' },
    )
    const async = bound.cacheResult(() => Promise.reject(error), { name: 'async' })
    await expect(sync()).rejects.toBe(error)
    await expect(async()).rejects.toBe(error)
    for (const fn of [sync, async]) expect(await recorded.cache.get(bound.keyOf(fn))).toBeUndefined()
  })

  test('does not keep undefined, and asks no tags of it; null, 0 and false are values', async () => {
    const load = counted((value: unknown) => value)
    const echo = bound.cacheResult(load, { tags: result => [`value:${result}`] })
    for (const value of [undefined, null, 0, false, '']) {
      expect(await echo(value)).toBe(value)
      expect(await echo(value)).toBe(value)
    }
    expect(load.calls).toBe(6)
    const tags = await Promise.all(
      [null, 0, ''].map(async value => (await recorded.cache.inspect(bound.keyOf(echo, value))).memory?.tags),
    )
    expect(tags).toEqual([['value:null'], ['value:0'], ['value:']])
  })

  test('tells calls apart as canonical arguments do', async () => {
    const load = counted((...args: unknown[]) => args.length)
    const count = bound.cacheResult(load)
    const calls = [[], [undefined], [1], ['1'], [['a', 'b']], ['a,b'], ['a', 'b'], [{}], [{ a: undefined }]]
    for (const args of calls) expect(await count(...args)).toBe(args.length)
    expect(load.calls).toBe(calls.length)
    await count(new Map([['a', { y: 1, x: 2 }]]))
    await count(new Map([['a', { x: 2, y: 1 }]]))
    expect(load.calls).toBe(calls.length + 1)
  })

  test('leaves excluded positions and properties out, even those without a canonical form', async () => {
    const load = counted(
      (query: { text: string; log?: unknown }, _signal: unknown, page: number) => `${query.text} ${page}`,
    )
    const search = bound.cacheResult(load, { excludeArgs: [1, 'log'] })
    const { signal } = new AbortController()
    expect(await search({ text: 'a', log: () => {} }, signal, 1)).toBe('a 1')
    expect(await search({ text: 'a' }, undefined, 1)).toBe('a 1')
    expect(await search({ text: 'a' }, undefined, 2)).toBe('a 2')
    expect(load.calls).toBe(2)
  })

  test('rejects an argument without a canonical form, by its path and without a call', async () => {
    const load = counted((_: unknown) => 1)
    const find = bound.cacheResult(load)
    await expect(find({ filter: { by: new Error('x') } })).rejects.toMatchObject({
      code: 'CACHE_ARGUMENT_UNSUPPORTED',
      field: 'arguments[0].filter.by',
    })
    expect(load.calls).toBe(0)
  })

  test('shows nothing of the arguments in a key; by a secret, not even to a guess', async () => {
    const find = bound.cacheResult(async (id: string) => id, { name: 'find' })
    const keyed = cacheDecorators(createCache(), { keySecret: new Uint8Array(32) })
    const hidden = keyed.cacheResult(async (id: string) => id, { name: 'find' })
    const digests = [bound.keyOf(find, 'Jane Doe'), keyed.keyOf(hidden, 'Jane Doe')]
    for (const key of digests) expect(key).toMatch(/^default:find:[\w-]{43}$/)
    expect(digests[0]).not.toBe(digests[1])
    expect(bound.keyOf(find, '\ud800')).not.toBe(bound.keyOf(find, '\udfff'))
    expect(keyed.keyOf(hidden, '\ud800')).not.toBe(keyed.keyOf(hidden, '\udfff'))
  })

  test('gives the same key in every release', () => {
    const find = bound.cacheResult(async (..._: unknown[]) => 1, { namespace: 'user', name: 'find' })
    expect(bound.keyOf(find, '42', { deep: true })).toBe(
      'user:find:QHs5hUuATHWinmqy5us5Vz2t25au_Sb_cItqdbBXdWI',
    )
  })

  test('hands this on, which is no part of the key', async () => {
    const ask = bound.cacheResult(function name(this: { name: string }) {
      return this.name
    })
    expect(await ask.call({ name: 'a' })).toBe('a')
    expect(await ask.call({ name: 'b' })).toBe('a')
    expect([ask.name, ask.length]).toEqual(['name', 0])
    expectTypeOf(ask).thisParameter.toEqualTypeOf<{ name: string }>()
  })
})

describe('invalidateCache', () => {
  type Find = (id: string) => Promise<string>
  /** Whether `first` of 1, `first` of 2 and `second` of 1 are kept. */
  async function keptOf(first: Find, second: Find) {
    const keys = [bound.keyOf(first, '1'), bound.keyOf(first, '2'), bound.keyOf(second, '1')]
    const found = await recorded.cache.mget(keys)
    return keys.map(key => found.has(key))
  }

  test('voids one call, of the function as it is or as it was', async () => {
    const load = counted(async (id: string) => id)
    const find = bound.cacheResult(load, { name: 'find' })
    const findAlso = bound.cacheResult(load, { name: 'findAlso' })
    await Promise.all([find('1'), find('2'), findAlso('1')])
    expect(await bound.invalidateCache(find, '1')).toMatchObject({ memory: true })
    expect(await keptOf(find, findAlso)).toEqual([false, true, true])
    await find('1')
    await bound.invalidateCache(load, '1')
    expect(await keptOf(find, findAlso)).toEqual([false, true, false])
  })

  test('voids a load that is under way', async () => {
    const [started, finished] = [gate(), gate()]
    let value = 'old'
    const load = async () => {
      const read = value
      started.open()
      await finished.opened
      return read
    }
    const cached = bound.cacheResult(load)
    const first = cached()
    await started.opened
    value = 'new'
    await bound.invalidateCache(cached)
    finished.open()
    expect(await first).toBe('old')
    expect(await cached()).toBe('new')
  })

  test('of decorators bound to the same cache at another place works', async () => {
    const find = bound.cacheResult(async (id: string) => id, { name: 'find' })
    await find('1')
    await cacheDecorators(recorded.cache).invalidateCache(find, '1')
    expect(await recorded.cache.get(bound.keyOf(find, '1'))).toBeUndefined()
  })

  test('rejects a function that is not cached', async () => {
    await expect(bound.invalidateCache(async () => 1)).rejects.toMatchObject({
      code: 'CACHE_DECORATOR_INVALID',
    })
  })
})

test('invalidateNamespace clears it and no other', async () => {
  const a = bound.cacheResult(async () => 1, { namespace: 'a', name: 'one' })
  const b = bound.cacheResult(async () => 1, { namespace: 'b', name: 'one' })
  await Promise.all([a(), b()])
  await bound.invalidateNamespace('a', { acknowledged: true })
  expect([...(await recorded.cache.mget([bound.keyOf(a), bound.keyOf(b)])).keys()]).toEqual([bound.keyOf(b)])
  expect(recorded.calls).toContainEqual(['clear', 'a', { acknowledged: true }])
})
