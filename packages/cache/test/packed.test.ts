import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type PackedProject, packedProject } from '@voiceassist/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

describe('the packages as npm packs them, in an empty project', () => {
  let project: PackedProject
  beforeAll(async () => {
    project = await packedProject(['kernel', 'cache'])
  }, 300_000)
  afterAll(() => project?.remove())
  const print = (source: string) => project.print(source)

  const inMemory = `
    import { createCache } from '@voiceassist/cache'
    let loads = 0
    const cache = createCache()
    const load = () => cache.getOrSet('user:1', () => ++loads, { tags: ['t'] })
    const seen = [await load(), await load()]
    await cache.delete('user:1')
    seen.push(await load())
    await cache.invalidateTags(['t'])
    seen.push(await load())
    await cache.close()
    console.log(seen.join())`

  test('hold what is compiled with its sources, a licence and a page, and nothing else', () => {
    expect(project.packed.map(({ name }) => name)).toEqual(['@voiceassist/kernel', '@voiceassist/cache'])
    for (const { name, files } of project.packed) {
      const paths = new Set(files.map(({ path }) => path))
      for (const path of paths)
        expect(path).toMatch(/^(package\.json|README\.md|LICENSE|src\/.+\.ts|dist\/.+\.(js|d\.ts)(\.map)?)$/)
      for (const path of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'])
        expect(paths).toContain(path)
      expect(project.missingSources(name)).toEqual([])
    }
  })

  test('cache in memory', async () => {
    expect(await print(inMemory)).toBe('1,1,2,3')
  })

  test('need no client for the decorators and for tests', async () => {
    const source = `
      import { cacheDecorators } from '@voiceassist/cache/decorators'
      import { memoryServer } from '@voiceassist/cache/testing'
      console.log(typeof cacheDecorators, typeof memoryServer)`
    expect(await print(source)).toBe('function function')
  })

  test.each([
    ['redis', 'ioredis'],
    ['lmdb', 'lmdb'],
  ])('without a client, /%s says that %s is missing', async (subpath, client) => {
    const source = `
      import('@voiceassist/cache/${subpath}').then(
        () => console.log('imported'),
        error => console.log(error.code, error.message))`
    expect(await print(source)).toMatch(new RegExp(`^ERR_MODULE_NOT_FOUND Cannot find package '${client}' `))
  })

  test('without pg, /postgres takes a connection of yours, and else says what is missing', async () => {
    const source = `
      import { createCache } from '@voiceassist/cache'
      import { createRelay, trackTable } from '@voiceassist/cache/postgres'
      const relay = createRelay({
        connectionString: 'postgres://127.0.0.1:1/none',
        cache: createCache(),
        tables: [trackTable({ table: 'users', columns: ['id'], key: row => 'user:' + row.id })],
        onError: error => {
          console.log(error.code, error.message, error.cause?.message)
          process.exit()
        },
      })`
    expect(await print(source)).toMatch(/Cannot find package 'pg'/)
  })

  test('bring types that a strict compiler takes, libraries checked', async () => {
    const told = await project.typeErrors(
      `import { createCache, type Cache } from '@voiceassist/cache'
       import { cacheDecorators } from '@voiceassist/cache/decorators'
       const cache: Cache = createCache({ memory: { maxEntries: 10 } })
       export const name: string = await cache.getOrSet('user:1', () => 'Ada', { ttl: '5m' })
       export const { cacheResult } = cacheDecorators(cache)`,
    )
    expect(told).toBe('')
  })

  test('install nothing native but an accelerator that they do without', async () => {
    const native = () =>
      readdirSync(join(project.folder, 'node_modules'), { recursive: true, encoding: 'utf8' })
        .filter(path => path.endsWith('.node'))
        .filter(path => !path.startsWith(join('@msgpackr-extract', '/')))
    expect(native()).toEqual([])
    for (const optional of ['@msgpackr-extract', 'msgpackr-extract'])
      rmSync(join(project.folder, 'node_modules', optional), { recursive: true, force: true })
    expect(await print(inMemory)).toBe('1,1,2,3')
  })
})
