import {
  type BorrowedServer,
  borrowRedis,
  borrowValkey,
  canStartRedis,
  canStartValkey,
} from '@voiceassist/testkit'
import fc from 'fast-check'
import { Redis, type RedisOptions } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { matchGlob } from '#src/key/match-glob'
import { luaGlob } from '#src/redis/scripts/lua-judge'
import { at, load, openTier } from './open-tier.js'

const kinds = [
  ['Redis', borrowRedis, canStartRedis],
  ['Valkey', borrowValkey, canStartValkey],
] as const

describe.each(kinds)('%s', (name, borrow, can) => {
  describe.skipIf(!can())('serves the second tier', () => {
    let server: BorrowedServer
    beforeAll(async () => {
      server = await borrow()
    }, 120_000)
    afterAll(() => server.close())

    const open = (prefix?: string) => openTier({ url: server.url }, prefix)
    const client = (options: RedisOptions = {}) => {
      const raw = new Redis(server.url, options)
      onTestFinished(() => raw.disconnect())
      return raw
    }
    const { key } = at('n:a')

    test('scan finds the keys of its prefix in all partitions, and nothing of another cache', async () => {
      const { tier, prefix } = await open()
      const other = await open(`${prefix}x`)
      const keys = Array.from({ length: 50 }, (_, at) => `n:[a*] ${at} é`)
      for (const key of [...keys, 'n:[b', 'n:a']) await load(tier, key)
      await load(other.tier, 'n:[a*] other')
      const found = []
      for await (const batch of tier.scan('n:[a*]')) found.push(...batch)
      expect(found.sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(keys.sort().map(at))
    })

    test('the registry counts heartbeats, and a row that came back is another one', async () => {
      const { tier } = await open()
      expect(await tier.registry()).toMatchObject({ nonce: '', rows: new Map() })
      const id = await tier.renewRow('a', 'info é')
      const first = (await tier.registry()).rows.get('a')
      expect(await tier.renewRow('a', 'info é')).toEqual(id)
      const registry = await tier.registry()
      expect(registry).toMatchObject({ ...id })
      expect(registry.rows.get('a')).toMatchObject({ counter: (first?.counter ?? 0) + 1, info: 'info é' })
      await tier.removeRow('a', first?.counter ?? 0)
      expect((await tier.registry()).rows.size).toBe(1)
      await tier.removeRow('a', 'any')
      expect((await tier.registry()).rows.size).toBe(0)
    })

    test('a confirmation reaches the instance that it is for', async () => {
      const { tier, messages } = await open()
      const confirmation = { partition: 3, gen: 'g', seq: 9, from: 'you' }
      await tier.confirm('somebody else', confirmation)
      await tier.confirm('me', confirmation)
      await expect.poll(() => messages).toEqual([{ kind: 'confirmed', confirmation }])
    })

    test('the size is that of the server', async () => {
      const { tier } = await open()
      await load(tier, key)
      const size = await tier.size()
      expect(size.entries).toBeGreaterThan(0)
      expect(size.bytes).toBeGreaterThan(0)
    })

    test.each([{}, { enableAutoPipelining: true }])(
      `${name} with somebody's own client of %o: it stays open`,
      async options => {
        const mine = client(options)
        const { tier } = await openTier({ client: mine })
        await load(tier, key)
        await tier.close()
        expect(await mine.ping()).toBe('PONG')
      },
    )
    test('patterns mean in Lua what they mean in JavaScript', async () => {
      const raw = client()
      const script = `${luaGlob}\nlocal out = {}\nfor i = 1, #ARGV, 2 do out[#out + 1] = glob(ARGV[i], ARGV[i + 1]) and 1 or 0 end\nreturn out`
      const unit = fc.constantFrom('a', 'b', 'é', '€', '😀', '*', '?', '\\*', '\\?')
      const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '€', '😀', '*', '?'), maxLength: 8 })
      const pair = fc.tuple(fc.string({ unit, maxLength: 8 }), text)
      // A star that stops within a character, and a ? that takes the rest of it.
      const examples: [[string, string][]][] = [[[['*??x*', '€xy']]]]
      await fc.assert(
        fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 200 }), async pairs => {
          const expected = pairs.map(([pattern, text]) => (matchGlob(pattern, text) ? 1 : 0))
          expect(await raw.eval(script, 0, ...pairs.flat())).toEqual(expected)
        }),
        { examples },
      )
    })
  })
})
