import {
  type BorrowedServer,
  borrowRedis,
  borrowValkey,
  canStartRedis,
  canStartValkey,
} from '@voiceassist/testkit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { readEnvelope } from '#src/codec/read-envelope'
import { KeyLayout } from '#src/redis/key-layout'
import { maxTagRecords, patternRecordMs } from '#src/remote/remote-tier'
import { at, envelope, load, note, openTier, setRequest } from './open-tier.js'

const kinds = [
  ['Redis', borrowRedis, canStartRedis],
  ['Valkey', borrowValkey, canStartValkey],
] as const

describe.each(kinds)('%s', (_name, borrow, can) => {
  describe.skipIf(!can())('serves the second tier', () => {
    let server: BorrowedServer
    beforeAll(async () => {
      server = await borrow()
    }, 120_000)
    afterAll(() => server.close())

    const open = (prefix?: string) => openTier({ url: server.url }, prefix)
    const client = () => {
      const raw = new Redis(server.url)
      onTestFinished(() => raw.disconnect())
      return raw
    }
    const { key, partition } = at('n:{a} b:é😀')
    const acquire = (token: string, more = {}) => ({
      key,
      partition,
      namespace: 'n',
      token,
      leaseMs: 10_000,
      ...more,
    })

    test('one loader gets the lease, the others wait for it and are woken', async () => {
      const { tier, messages } = await open()
      const first = await tier.acquire(acquire('one'))
      expect(first).toMatchObject({ outcome: 'leased' })
      const second = await tier.acquire(acquire('two'))
      expect(second).toMatchObject({ outcome: 'wait', gen: first.gen, seq: first.seq })
      expect(await tier.renew(partition, key, 'two', 10_000)).toBe(false)
      expect(await tier.renew(partition, key, 'one', 20_000)).toBe(true)
      await tier.release(partition, key, 'two')
      expect(await tier.acquire(acquire('three'))).toMatchObject({ outcome: 'wait' })
      await tier.release(partition, key, 'one')
      await expect.poll(() => messages.at(-1)).toEqual({ kind: 'wake', partition, key })
      expect(await tier.acquire(acquire('three'))).toMatchObject({ outcome: 'leased' })
    })

    test('a lease that nobody waits for ends without a message; one that ran out is taken over', async () => {
      const { tier, messages } = await open()
      await tier.acquire(acquire('one'))
      await tier.release(partition, key, 'one')
      await tier.acquire(acquire('two', { leaseMs: 1 }))
      await expect.poll(() => tier.acquire(acquire('three'))).toMatchObject({ outcome: 'leased' })
      expect(messages.filter(message => message.kind === 'wake')).toEqual([])
      const late = { partition, key, namespace: 'n', token: 'two', envelope: envelope(), keepMs: 1000 }
      expect(await tier.fill(late)).toMatchObject({ stored: false })
    })

    test('what was filled is read as it was written, alone and with others', async () => {
      const { tier } = await open()
      const filled = await load(tier, key, { tags: ['t', 'ü'] })
      expect(filled.stored).toBe(true)
      expect(await tier.get(partition, key)).toEqual(filled.envelope)
      const both = await tier.getMany([at('n:none'), { partition, key }])
      expect(both).toEqual([undefined, filled.envelope])
      expect(await Promise.all([tier.get(partition, key), tier.get(3, 'x')])).toEqual([
        filled.envelope,
        undefined,
      ])
      expect(await tier.acquire(acquire('x'))).toMatchObject({ outcome: 'value', envelope: filled.envelope })
    })

    test('a refresh replaces just the value that it names', async () => {
      const { tier } = await open()
      const { envelope } = await load(tier, key)
      const token = `load ${key}`
      expect(await tier.acquire(acquire('x', { replaces: 'other' }))).toMatchObject({ outcome: 'value' })
      expect(await tier.acquire(acquire('x', { replaces: token }))).toMatchObject({ outcome: 'leased' })
      expect(await tier.get(partition, key)).toEqual(envelope)
    })

    test('an expired value comes along with the lease', async () => {
      const { tier } = await open()
      const { envelope } = await load(tier, key, {}, -1)
      expect(await tier.acquire(acquire('x'))).toMatchObject({ outcome: 'leased', stale: envelope })
    })

    const scopes = [
      ['namespaces', ['n'], ['m']],
      ['tags', ['x', 't'], ['u']],
      ['patterns', ['n:{?} b:??'], ['n:{?} b:?']],
    ] as const
    test.each(scopes)('%s void values and leases below them, and others do not', async (kind, hit, miss) => {
      const { tier, messages } = await open()
      await load(tier, key, { tags: ['t'] })
      await tier.invalidateScope([partition], { kind, names: miss }, note)
      expect(await tier.acquire(acquire('x'))).toMatchObject({ outcome: 'value' })
      const lease = await tier.acquire({ ...acquire('y'), key: 'n:{b} b:é😀' })
      const all = Array.from({ length: 16 }, (_, partition) => partition)
      const replies = await tier.invalidateScope(all, { kind, names: hit }, { from: 'me', acknowledge: true })
      expect(replies).toHaveLength(16)
      expect(replies[partition]).toEqual({
        partition,
        gen: lease.gen,
        seq: (await tier.readMeta(partition)).seq,
      })
      await expect
        .poll(() => messages.at(-1))
        .toEqual({
          kind: 'invalidated',
          at: replies,
          scope: { kind, names: hit },
          note: { from: 'me', acknowledge: true },
        })
      const after = await tier.acquire(acquire('x'))
      expect(after.outcome).toBe('leased')
      expect(after).not.toHaveProperty('stale')
      const old = { gen: lease.gen, seq: 1, tags: ['t'] }
      const refused = { key, partition, namespace: 'n', token: 'x', envelope: envelope(old), keepMs: 1000 }
      expect(await tier.fill(refused)).toMatchObject({ stored: false })
      expect(await tier.acquire(acquire('z'))).toMatchObject({ outcome: 'leased' })
      const meta = await tier.readMeta(partition)
      expect([...meta[kind]]).toEqual(expect.arrayContaining(hit.map(name => [name, meta.seq])))
    })

    test('keys lose value and lease, and tell once', async () => {
      const { tier, messages } = await open()
      await load(tier, key)
      const reply = await tier.invalidateKeys(partition, [key, 'b c'], note)
      expect(await tier.get(partition, key)).toBeUndefined()
      const scope = { kind: 'keys', names: [key, 'b c'] }
      const message = { kind: 'invalidated', at: [{ partition, ...reply }], scope, note }
      await expect.poll(() => messages.at(-1)).toEqual(message)
      await tier.acquire(acquire('one'))
      await tier.invalidateKeys(partition, [key], note)
      expect(await tier.acquire(acquire('two'))).toMatchObject({ outcome: 'leased' })
    })

    test('a set stores, stamps, and keeps its mark', async () => {
      const { tier } = await open()
      const known = await tier.readMeta(partition)
      const reply = await tier.set(setRequest(key, known, { tags: ['t'] }))
      expect(reply).toMatchObject({ outcome: 'stored', seq: known.seq + 1 })
      const { header, payload } = readEnvelope((await tier.get(partition, key)) as Buffer)
      const times = { createdAtMs: reply.timeMs, expiresAtMs: reply.timeMs + 60_000 }
      expect(header).toMatchObject({ gen: reply.gen, seq: reply.seq, version: -1, tags: ['t'], ...times })
      expect(payload.toString()).toBe('payload')
      // An abandoned set of before: the mark is above what it knew.
      expect(await tier.set(setRequest(key, known))).toMatchObject({ outcome: 'invalidated' })
      expect(await tier.get(partition, key)).toBeUndefined()
    })

    test.each(scopes)('a set that %s came before only invalidates', async (kind, hit) => {
      const { tier } = await open()
      const known = await tier.readMeta(partition)
      await tier.invalidateScope([partition], { kind, names: hit }, note)
      const late = await tier.set(setRequest(key, known, { tags: ['t'] }))
      expect(late.outcome).toBe('invalidated')
      expect((await tier.set(setRequest(key, late, { tags: ['t'] }))).outcome).toBe('stored')
    })

    test('a set that is older than a mark, or of another gen, only invalidates', async () => {
      const { tier } = await open()
      const known = await tier.readMeta(partition)
      const old = setRequest(key, known, { calledAtMs: known.timeMs - 30_000 })
      expect((await tier.set(old)).outcome).toBe('invalidated')
      await tier.newGen(partition, 'not this one')
      expect((await tier.readMeta(partition)).gen).toBe(known.gen)
      await tier.newGen(partition, known.gen)
      const after = await tier.readMeta(partition)
      expect(after.gen).not.toBe(known.gen)
      expect((await tier.set(setRequest(key, { ...after, gen: known.gen }))).outcome).toBe('invalidated')
    })

    test('versions only rise, marks included; over a value without one nobody can tell', async () => {
      const { tier } = await open()
      const known = async () => ({ ...(await tier.readMeta(partition)) })
      const set = async (version: number) =>
        (await tier.set(setRequest(key, await known(), { version }))).outcome
      expect(await set(5)).toBe('stored')
      expect(await set(5)).toBe('kept')
      expect(await set(6)).toBe('stored')
      await tier.invalidateKeys(partition, [key], note)
      await tier.invalidateKeys(partition, [key], note)
      expect(await set(6)).toBe('kept')
      expect(await set(7)).toBe('stored')
      expect(await set(-1)).toBe('stored')
      expect(await set(8)).toBe('invalidated')
      expect(await set(9)).toBe('stored')
    })

    test('the oldest tags go at the limit, and floor voids what might have depended on them', async () => {
      const { tier } = await open()
      await load(tier, key, { tags: ['unrelated'] })
      const other = 'n:{untagged}'
      const untagged = at(other)
      await load(tier, other)
      const names = (from: number, count: number) =>
        Array.from({ length: count }, (_, i) => `tag ${from + i}`)
      for (let from = 0; from < maxTagRecords; from += 1024)
        await tier.invalidateScope([partition], { kind: 'tags', names: names(from, 1024) }, note)
      expect((await tier.readMeta(partition)).tags.size).toBe(maxTagRecords)
      expect(await tier.acquire(acquire('x'))).toMatchObject({ outcome: 'value' })
      await tier.invalidateScope([partition], { kind: 'tags', names: ['one more'] }, note)
      const meta = await tier.readMeta(partition)
      expect(meta.tags.size).toBe(maxTagRecords / 2)
      expect(meta.tags.get('one more')).toBe(meta.seq)
      expect(meta.floor).toBe(3)
      expect(await tier.acquire(acquire('x'))).toMatchObject({ outcome: 'leased' })
      const plain = { ...acquire('x'), ...untagged }
      expect(await tier.acquire(plain)).toMatchObject({ outcome: 'value' })
    })

    test('more patterns than are judged begin a new gen; those past their time go', async () => {
      const { tier, prefix } = await open()
      const before = await tier.readMeta(partition)
      const patterns = (count: number) => Array.from({ length: count }, (_, at) => `p${at}*`)
      await tier.invalidateScope([partition], { kind: 'patterns', names: patterns(64) }, note)
      expect((await tier.readMeta(partition)).patterns.size).toBe(64)
      const [reply] = await tier.invalidateScope([partition], { kind: 'patterns', names: ['one more'] }, note)
      const meta = await tier.readMeta(partition)
      expect(meta).toMatchObject({ gen: (reply as { gen: string }).gen, patterns: new Map() })
      expect(meta.gen).not.toBe(before.gen)
      const layout = new KeyLayout(prefix, 16)
      const record = Buffer.alloc(19, 'p')
      record.writeUInt16BE(1, 0)
      record.writeDoubleBE(1, 2)
      record.writeDoubleBE(meta.timeMs - patternRecordMs, 10)
      await client().hset(layout.metas[partition] as string, 'patterns', record)
      expect((await tier.readMeta(partition)).patterns).toEqual(new Map([['p', 1]]))
      await tier.positions()
      expect((await tier.readMeta(partition)).patterns).toEqual(new Map())
    })

    test('numbers keep all digits near 2^53', async () => {
      const { tier, prefix, messages } = await open()
      const meta = new KeyLayout(prefix, 16).metas[partition] as string
      await tier.readMeta(partition)
      const top = Number.MAX_SAFE_INTEGER - 100
      await client().hset(meta, 'seq', String(top - 5))
      await tier.invalidateScope([partition], { kind: 'tags', names: ['t'] }, note)
      const before = await tier.readMeta(partition)
      expect(before).toMatchObject({ seq: top - 4, tags: new Map([['t', top - 4]]) })
      expect(await tier.set(setRequest(key, before, { tags: ['t'] }))).toMatchObject({
        outcome: 'stored',
        seq: top - 3,
      })
      const stale = { ...before, seq: top - 5 }
      expect((await tier.set(setRequest(key, stale, { tags: ['t'] }))).outcome).toBe('invalidated')
      await expect.poll(() => messages.at(-1)).toMatchObject({ at: [{ seq: top - 2 }] })
      expect((await tier.positions())[partition]).toMatchObject({ seq: top - 2 })
    })
  })
})
