import { type BorrowedServer, borrowRedis, canStartRedis } from '@voiceassist/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { readEnvelope } from '#src/codec/read-envelope'
import { KeyLayout } from '#src/redis/key-layout'
import type { Position } from '#src/remote/remote-tier'
import { note, openTier, setRequest as requestOf } from './open-tier.js'

const setRequest = (...args: Parameters<typeof requestOf>) => ({ ...requestOf(...args), partition: 0 })

describe.skipIf(!canStartRedis())('sets of one turn', () => {
  let server: BorrowedServer
  beforeAll(async () => {
    server = await borrowRedis()
  }, 120_000)
  afterAll(() => server.close())

  const opened = async () => {
    const { tier, messages, prefix } = await openTier({ url: server.url })
    const seqOf = async (key: string) => {
      const bytes = await tier.get(0, key)
      return bytes && readEnvelope(bytes).header.seq
    }
    return { tier, messages, prefix, seqOf, known: await tier.readMeta(0) }
  }

  test('are one step: one seq, and one message that names them all', async () => {
    const { tier, messages, seqOf, known } = await opened()
    const keys = ['n:1', 'n:2', 'n:3']
    const replies = await Promise.all(keys.map(key => tier.set(setRequest(key, known))))
    const seq = known.seq + 1
    for (const reply of replies) expect(reply).toMatchObject({ outcome: 'stored', gen: known.gen, seq })
    expect(await Promise.all(keys.map(seqOf))).toEqual([seq, seq, seq])
    await expect
      .poll(() => messages.at(-1))
      .toMatchObject({
        at: [{ partition: 0, gen: known.gen, seq }],
        scope: { kind: 'keys', names: keys },
      })
  })

  test('are judged each by its own, and one that changes nothing is in no message', async () => {
    const { tier, messages, seqOf, known } = await opened()
    await tier.set(setRequest('n:kept', known, { version: 5 }))
    await tier.invalidateKeys(0, ['n:late'], note)
    await tier.invalidateScope([0], { kind: 'tags', names: ['t'] }, note)
    await tier.invalidateScope([0], { kind: 'patterns', names: ['n:p*'] }, note)
    const now = await tier.readMeta(0)
    const replies = await Promise.all([
      tier.set(setRequest('n:kept', now, { version: 4 })),
      tier.set(setRequest('n:late', known)),
      tier.set(setRequest('n:tagged', known, { tags: ['t'] })),
      tier.set(setRequest('n:pattern', known)),
      tier.set(setRequest('n:fine', known)),
    ])
    const outcomes = ['kept', 'invalidated', 'invalidated', 'invalidated', 'stored']
    expect(replies.map(reply => reply.outcome)).toEqual(outcomes)
    const seq = now.seq + 1
    expect(replies.map(reply => reply.seq)).toEqual([now.seq, seq, seq, seq, seq])
    expect(await Promise.all(['n:late', 'n:tagged', 'n:fine'].map(seqOf))).toEqual([
      undefined,
      undefined,
      seq,
    ])
    const names = ['n:late', 'n:tagged', 'n:pattern', 'n:fine']
    await expect.poll(() => messages.at(-1)).toMatchObject({ scope: { kind: 'keys', names } })
  })

  test('of several partitions are one step on one server, with a seq for each and one message', async () => {
    const { tier, messages, prefix } = await opened()
    const raw = new Redis(server.url)
    onTestFinished(() => raw.disconnect())
    const published: string[] = []
    raw.on('message', (_channel, text) => published.push(text))
    await raw.subscribe(new KeyLayout(prefix, 16).bus)
    const known = await Promise.all([1, 2, 3, 4].map(partition => tier.readMeta(partition)))
    await expect.poll(() => [published.length, messages.length]).toEqual([4, 5])
    published.length = 0
    messages.length = 0
    const sets = known
      .slice(0, 3)
      .flatMap((meta, at) =>
        ['a', 'b'].map(key => tier.set({ ...requestOf(`n:${key}${at}`, meta), partition: at + 1 })),
      )
    sets.push(tier.set({ ...requestOf('n:old', known[0] as Position & { timeMs: number }), partition: 4 }))
    const replies = await Promise.all(sets)
    expect(replies.map(({ outcome }) => outcome)).toEqual([...Array(6).fill('stored'), 'invalidated'])
    expect(replies.slice(0, 6).map(({ gen, seq }) => ({ gen, seq }))).toEqual(
      known.slice(0, 3).flatMap(({ gen, seq }) => Array(2).fill({ gen, seq: seq + 1 })),
    )
    const scopes = [['n:a0', 'n:b0'], ['n:a1', 'n:b1'], ['n:a2', 'n:b2'], ['n:old']]
    await expect.poll(() => messages).toHaveLength(4)
    expect(messages).toEqual(
      scopes.map((names, at) => {
        const { gen, seq } = replies[at * 2] as Position
        return {
          kind: 'invalidated',
          at: [{ partition: at + 1, gen, seq }],
          scope: { kind: 'keys', names },
          note,
        }
      }),
    )
    await expect.poll(() => published).toHaveLength(1)
  })

  test('of one key stay in their order, and so many are several steps', async () => {
    const { tier, known } = await opened()
    const again = [1, 2].map(() => tier.set(setRequest('n:same', known)))
    expect((await Promise.all(again)).map(reply => reply.outcome)).toEqual(['stored', 'invalidated'])
    const meta = await tier.readMeta(0)
    const many = Array.from({ length: 33 }, (_, at) => tier.set(setRequest(`n:many${at}`, meta)))
    const seqs = (await Promise.all(many)).map(reply => reply.seq)
    expect([seqs[0], seqs[31], seqs[32]]).toEqual([meta.seq + 1, meta.seq + 1, meta.seq + 2])
  })
})
