import { gate } from '@voiceassist/testkit'
import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { type CacheDecorators, cacheDecorators } from '#src/decorators'
import { FakeCache } from './fake-cache.js'

let fake: FakeCache
let bound: CacheDecorators
beforeEach(() => {
  fake = new FakeCache()
  bound = cacheDecorators(fake.asCache())
})

/** A function that counts its calls. */
function counted<Args extends unknown[], Result>(body: (...args: Args) => Result) {
  const fn = function counter(...args: Args): Result {
    fn.calls++
    return body(...args)
  }
  fn.calls = 0
  return fn
}

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
    expect(fake.kept.size).toBe(0)
  })

  test('does not keep undefined, and asks no tags of it; null, 0 and false are values', async () => {
    const load = counted((value: unknown) => value)
    const echo = bound.cacheResult(load, { tags: result => [`value:${result}`] })
    for (const value of [undefined, null, 0, false, '']) {
      expect(await echo(value)).toBe(value)
      expect(await echo(value)).toBe(value)
    }
    expect(load.calls).toBe(6)
    expect([...fake.kept.values()].map(({ tags }) => tags[0])).toEqual([
      'value:null',
      'value:0',
      'value:false',
      'value:',
    ])
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
    const other = new FakeCache()
    const keyed = cacheDecorators(other.asCache(), { keySecret: new Uint8Array(32) })
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
  test('voids one call, of the function as it is or as it was', async () => {
    const load = counted(async (id: string) => id)
    const find = bound.cacheResult(load, { name: 'find' })
    const findAlso = bound.cacheResult(load, { name: 'findAlso' })
    await Promise.all([find('1'), find('2'), findAlso('1')])
    expect(await bound.invalidateCache(find, '1')).toMatchObject({ memory: 1 })
    await find('1')
    expect(await bound.invalidateCache(load, '1')).toMatchObject({ memory: 2 })
    expect([...fake.kept.keys()]).toEqual([bound.keyOf(find, '2')])
  })

  test('voids a load that is under way', async () => {
    const opened = gate()
    let value = 'old'
    const load = bound.cacheResult(
      async () => {
        const read = value
        await opened.opened
        return read
      },
      { name: 'load' },
    )
    const first = load()
    await Promise.resolve()
    await Promise.resolve()
    value = 'new'
    await bound.invalidateCache(load)
    opened.open()
    expect(await first).toBe('old')
    expect(await load()).toBe('new')
  })

  test('of decorators bound to the same cache at another place works', async () => {
    const find = bound.cacheResult(async (id: string) => id, { name: 'find' })
    await find('1')
    await cacheDecorators(fake.asCache()).invalidateCache(find, '1')
    expect(fake.kept.size).toBe(0)
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
  expect([...fake.kept.keys()]).toEqual([bound.keyOf(b)])
  expect(fake.log).toContain('clear a {"acknowledged":true}')
})

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
    ['a namespace with a colon', () => bound.cacheResult(named, { namespace: 'a:b' })],
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

  test('a key function that gives no text', async () => {
    const find = bound.cacheResult(named, { key: () => undefined as unknown as string })
    await expect(find()).rejects.toMatchObject({ code: 'CACHE_KEY_INVALID', field: 'key' })
  })

  test('a secret that is short', () => {
    expect(() => cacheDecorators(fake.asCache(), { keySecret: new Uint8Array(8) })).toThrow(
      expect.objectContaining({ code: 'CACHE_OPTION_INVALID', field: 'keySecret' }),
    )
  })
})

describe('invalidates', () => {
  test('takes the function first or last, and keys from before the change', async () => {
    const find = bound.cacheResult(async (of: { id: string }) => of.id, { name: 'find' })
    const clear = (of: { id: string }) => {
      of.id = 'changed'
    }
    for (const mutate of [
      bound.invalidates(clear, { reader: find }),
      bound.invalidates({ reader: find, acknowledged: true }, clear),
    ]) {
      await find({ id: '1' })
      await mutate({ id: '1' })
      expect(fake.kept.size).toBe(0)
    }
    expect(fake.log).toEqual(['delete {}', 'delete {"acknowledged":true}'])
  })

  test('changes nothing when the arguments of the reader have no canonical form', async () => {
    const find = bound.cacheResult(async (_: unknown) => 1, { name: 'find' })
    const change = counted(() => 1)
    const mutate = bound.invalidates(change, { reader: find, args: () => [Symbol('a')] })
    await expect(mutate()).rejects.toMatchObject({ code: 'CACHE_ARGUMENT_UNSUPPORTED' })
    expect(change.calls).toBe(0)
  })

  test('leaves the reader when only the result of a failed mutation would tell of what', async () => {
    const find = bound.cacheResult(async (id: string) => id, { name: 'find' })
    const create = bound.invalidates(async (): Promise<string> => Promise.reject(new Error('no')), {
      reader: find,
      argsOfResult: id => [id],
      tags: ['list'],
    })
    await expect(create()).rejects.toThrow('no')
    expect(fake.log).toEqual(['invalidateTags list {}'])
  })

  test('stores by the version, and only invalidates for an undefined', async () => {
    interface Doc {
      id: string
      version: number
      hidden?: boolean
    }
    const find = bound.cacheResult(async (id: string): Promise<Doc> => ({ id, version: 0 }), { name: 'find' })
    const save = bound.invalidates(async (doc: Doc) => doc, {
      reader: find,
      args: doc => [doc.id],
      store: doc => (doc.hidden ? undefined : doc),
      version: doc => doc.version,
    })
    await save({ id: '1', version: 3 })
    await save({ id: '1', version: 2 })
    expect(await find('1')).toEqual({ id: '1', version: 3 })
    await save({ id: '1', version: 4, hidden: true })
    expect(await find('1')).toEqual({ id: '1', version: 0 })
  })

  test('tells of the mutation first, when the cache fails too', async () => {
    const find = bound.cacheResult(async (id: string) => id, { name: 'find' })
    const failing = new Error('cache')
    fake.delete = () => Promise.reject(failing)
    const options = { reader: find, args: () => ['1'] }
    await expect(bound.invalidates(() => Promise.reject(new Error('source')), options)()).rejects.toThrow(
      'source',
    )
    await expect(bound.invalidates(() => 1, options)()).rejects.toBe(failing)
  })
})
