import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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
      expect(await recorded.cache.get(bound.keyOf(find, { id: '1' }))).toBeUndefined()
    }
    const key = bound.keyOf(find, { id: '1' })
    expect(recorded.calls.filter(([method]) => method === 'delete')).toEqual([
      ['delete', [key], {}],
      ['delete', [key], { acknowledged: true }],
    ])
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
    expect(recorded.calls).toEqual([['invalidateTags', ['list'], {}]])
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
    recorded.cache.delete = () => Promise.reject(failing)
    const options = { reader: find, args: () => ['1'] }
    await expect(bound.invalidates(() => Promise.reject(new Error('source')), options)()).rejects.toThrow(
      'source',
    )
    await expect(bound.invalidates(() => 1, options)()).rejects.toBe(failing)
  })
})
