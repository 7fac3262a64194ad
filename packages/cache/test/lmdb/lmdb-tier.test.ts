import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually, FakeClock } from '@voiceassist/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CacheEvent, cacheChannel } from '#src/index'
import { lmdbTier } from '#src/lmdb'
import { ContractClient } from '#src/testing/contract/contract-client'

let path: string
let events: CacheEvent[]
const children: ChildProcess[] = []
const listen = (event: unknown) => events.push(event as CacheEvent)

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'va-lmdb-'))
  events = []
  cacheChannel.subscribe(listen)
})

afterEach(async () => {
  cacheChannel.unsubscribe(listen)
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(path, { recursive: true })
})

interface Open {
  readonly maxBytes?: number
  readonly clock?: FakeClock
  readonly prefix?: string
}

async function open({ maxBytes, clock = new FakeClock(), prefix = 'va' }: Open = {}) {
  const tier = lmdbTier({ path, clock, ...(maxBytes !== undefined && { maxBytes }) })
  const client = new ContractClient(tier, `i${Math.random()}`, prefix)
  await client.ready()
  return client
}

async function startChild(): Promise<{ child: ChildProcess; first: { opened?: true; refused?: string } }> {
  const child = fork(fileURLToPath(new URL('./lmdb-process.mjs', import.meta.url)), [path], {
    execArgv: [],
  })
  children.push(child)
  const [first] = await once(child, 'message')
  return { child, first: first as { opened?: true; refused?: string } }
}

test('after a clean close values are served and what was void stays void', async () => {
  const first = await open()
  for (const key of ['user:1', 'doc:1', 'user:tagged', 'user:gone', 'pat:1'])
    await first.load(key, { tags: key === 'user:tagged' ? ['t'] : [] })
  await first.invalidateScope('namespaces', 'doc')
  await first.invalidateScope('tags', 't')
  await first.invalidateScope('patterns', 'pat*')
  await first.invalidate('user:gone')
  const stored = await first.get('user:1')
  const before = await first.tier.readMeta(0)
  await first.tier.close()

  const again = await open()
  expect(await again.tier.readMeta(0)).toMatchObject({
    ...before,
    timeMs: expect.any(Number),
  })
  expect(await again.get('user:1')).toEqual(stored)
  expect((await again.acquire('user:1')).outcome).toBe('value')
  for (const key of ['doc:1', 'user:tagged', 'user:gone', 'pat:1'])
    expect(await again.acquire(key)).toMatchObject({ outcome: 'leased' })
  await again.load('user:new')
  expect(await again.get('user:1')).toEqual(stored)
  await again.tier.close()
  expect(events).toEqual([])
})

test('prefixes that were not opened since keep what they have', async () => {
  const other = await open({ prefix: 'other' })
  await other.load('user:1')
  await other.tier.close()
  await (await open()).tier.close()
  const again = await open({ prefix: 'other' })
  expect((await again.acquire('user:1')).outcome).toBe('value')
  await again.tier.close()
})

test('caches of one process share the folder; the last to close closes it', async () => {
  const one = await open()
  const two = await open()
  await one.load('user:1')
  expect(await two.get('user:1')).toBeDefined()
  await one.tier.close()
  await one.tier.close()
  expect(await two.get('user:1')).toBeDefined()
  await expect(one.get('user:1')).rejects.toMatchObject({ code: 'CACHE_REMOTE_UNAVAILABLE' })
  const closing = two.tier.close()
  expect(() => lmdbTier({ path })).toThrowError(expect.objectContaining({ code: 'CACHE_REMOTE_UNSUITABLE' }))
  await closing
  expect(readdirSync(path).sort()).toEqual(['clean.json', 'data.mdb', 'lock.mdb'])
})

test('a process that is killed while it writes leaves nothing that is served', async () => {
  for (let round = 0; round < 3; round++) {
    const { child } = await startChild()
    child.send({ command: 'write' })
    for (let n = 0; n < 5 + round; n++) await once(child, 'message')
    child.kill('SIGKILL')
    await once(child, 'exit')
    events.length = 0

    const client = await open()
    for (let n = 0; n < 500; n++) {
      expect(await client.get(`user:${n}`)).toBeUndefined()
      expect((await client.acquire(`user:${n}`)).outcome).toBe('leased')
    }
    expect(events).toEqual([{ kind: 'afresh', reason: 'unclean' }])
    await client.load('user:x')
    await client.tier.close()
  }
})

test('what another process closed is served here', async () => {
  const { child } = await startChild()
  child.send({ command: 'write', count: 500 })
  for (let n = 0; n < 5; n++) await once(child, 'message')
  child.send({ command: 'close' })
  await once(child, 'exit')
  const client = await open({ clock: new FakeClock(Date.now()) })
  expect((await client.tier.size()).entries).toBeGreaterThan(100)
  expect(await client.get('user:499')).toBeDefined()
  await client.tier.close()
})

test('a second process is refused while the first lives, and only then', async () => {
  const client = await open()
  const second = await startChild()
  expect(second.first).toMatchObject({
    refused: 'CACHE_REMOTE_UNSUITABLE',
    message: expect.stringContaining(`process ${process.pid}`),
  })
  await client.load('user:1')
  await client.tier.close()
  const third = await startChild()
  expect(third.first).toEqual({ opened: true })
  expect(() => lmdbTier({ path })).toThrowError(expect.objectContaining({ code: 'CACHE_REMOTE_UNSUITABLE' }))
  third.child.kill('SIGKILL')
  await once(third.child, 'exit')
  await (await open()).tier.close()
})

test.each([
  'changed',
  'changed, and its time set back',
  'cut short',
  'no database',
  'a state that is no JSON',
  'a state of another form',
])('a folder that is damaged (%s) is emptied', async how => {
  const first = await open()
  for (let n = 0; n < 300; n++) await first.load(`user:${n}`)
  const { gen } = await first.tier.readMeta(0)
  await first.tier.close()
  const data = join(path, 'data.mdb')
  const { size } = statSync(data)
  if (how === 'changed') writeFileSync(data, Buffer.alloc(size, 0xa5))
  if (how === 'changed, and its time set back') {
    writeFileSync(data, Buffer.alloc(size, 0xa5))
    const state = JSON.parse(readFileSync(join(path, 'clean.json'), 'utf8'))
    state.file.changedNs = String(statSync(data, { bigint: true }).mtimeNs)
    writeFileSync(join(path, 'clean.json'), JSON.stringify(state))
  }
  if (how === 'cut short') writeFileSync(data, Buffer.alloc(5000, 1))
  if (how === 'no database') rmSync(data)
  if (how === 'a state that is no JSON') writeFileSync(join(path, 'clean.json'), '{"format":1,')
  if (how === 'a state of another form') writeFileSync(join(path, 'clean.json'), '{"format":2}')
  events.length = 0

  const again = await open()
  expect(events).toEqual([{ kind: 'afresh', reason: 'damaged' }])
  expect((await again.tier.readMeta(0)).gen).not.toBe(gen)
  expect((await again.tier.size()).entries).toBe(0)
  await again.load('user:1')
  await again.tier.close()
})

test('a flood stays within the bound, and the latest values stay', async () => {
  const maxBytes = 2 * 2 ** 20
  const client = await open({ maxBytes })
  let most = 0
  for (let n = 0; n < 6000; n++) {
    await client.load(`user:${n}`, { payload: Buffer.alloc(n % 7 === 0 ? 6000 : 300, n) })
    if (n % 50 === 0) most = Math.max(most, (await client.tier.size()).bytes)
  }
  expect(most).toBeLessThan(maxBytes + 400_000)
  const flooded = await client.tier.size()
  expect(flooded.evictions).toBeGreaterThan(1000)
  expect(await client.get('user:5999')).toBeDefined()
  expect(await client.get('user:0')).toBeUndefined()
  await eventually(async () => expect((await client.tier.size()).bytes).toBeLessThan(maxBytes))
  // Everything that is left is whole.
  for await (const batch of client.tier.scan(''))
    for (const { key } of batch) expect(await client.get(key)).toBeDefined()
  await client.tier.close()
  expect(statSync(join(path, 'data.mdb')).size).toBeLessThan(2 * maxBytes)
})

test('a value that is refreshed again and again takes the place of one', async () => {
  const client = await open()
  let replaces = ''
  for (let n = 0; n < 500; n++) {
    const token = client.token()
    await client.fill('user:1', token, await client.lease('user:1', token, { replaces }))
    replaces = token
  }
  const { entries, bytes } = await client.tier.size()
  expect(entries).toBe(1)
  expect(bytes).toBeLessThan(20_000)
  await client.tier.close()
})

test('one large value after another stays within the bound; one that is too large is not kept', async () => {
  const maxBytes = 4 * 2 ** 20
  const client = await open({ maxBytes })
  for (let n = 0; n < 60; n++) await client.load(`user:${n}`, { payload: Buffer.alloc(400_000, n) })
  expect((await client.tier.size()).bytes).toBeLessThan(maxBytes + 500_000)
  await client.load('user:x')
  const token = client.token()
  const leased = await client.lease('user:big', token)
  expect((await client.fill('user:big', token, leased, { payload: Buffer.alloc(600_000) })).stored).toBe(
    false,
  )
  expect((await client.acquire('user:big')).outcome).toBe('leased')
  await client.tier.close()
})

test('expired and void values are swept in the background', async () => {
  const clock = new FakeClock()
  const client = await open({ clock })
  for (let n = 0; n < 900; n++) await client.load(`user:${n}`, { keepMs: n % 2 === 0 ? 5000 : 600_000 })
  await clock.advance(4000)
  expect((await client.tier.size()).entries).toBe(900)
  for (let n = 0; n < 10; n++) await clock.advance(1000)
  await eventually(async () => expect((await client.tier.size()).entries).toBe(450))
  const { gen } = await client.tier.readMeta(0)
  await client.tier.newGen(0, gen)
  await client.load('user:new')
  for (let n = 0; n < 10; n++) await clock.advance(1000)
  await eventually(async () => expect((await client.tier.size()).entries).toBe(1))
  expect(await client.get('user:new')).toBeDefined()
  await client.tier.close()
})

test('bad options are refused', () => {
  const invalid = expect.objectContaining({ code: 'CACHE_OPTION_INVALID' })
  expect(() => lmdbTier({ path: '' })).toThrowError(invalid)
  expect(() => lmdbTier({ path, maxBytes: 2 ** 20 - 1 })).toThrowError(invalid)
  expect(() => lmdbTier({ path, maxBytes: Number.NaN })).toThrowError(invalid)
  const file = join(path, 'file')
  writeFileSync(file, '')
  const unsuitable = expect.objectContaining({ code: 'CACHE_REMOTE_UNSUITABLE' })
  expect(() => lmdbTier({ path: file })).toThrowError(unsuitable)
  expect(() => lmdbTier({ path: join(file, 'x') })).toThrowError(unsuitable)
})
