import { FakeClock, gate } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { writeEnvelope } from '#src/codec/envelope'
import { type MemoryServer, memoryServer } from '#src/testing'

const key = 'user:1'
const from = { from: 'a', acknowledge: false }

function open(server: MemoryServer, instance: string) {
  const tier = server.tier()
  const heard: string[] = []
  tier.open(
    {
      message: message => {
        if (message.kind === 'invalidated') heard.push(...message.at.map(({ seq }) => `seq ${seq}`))
      },
      busLost: () => heard.push('bus lost'),
      busBack: () => heard.push('bus back'),
      connectionLost: () => heard.push('lost'),
      connected: () => heard.push('connected'),
    },
    { prefix: 'va', instance },
  )
  return { tier, heard }
}

async function settled() {
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
}

async function start() {
  const server = memoryServer({ clock: new FakeClock(), partitions: 1, random: seeded() })
  const a = open(server, 'a')
  const b = open(server, 'b')
  await settled()
  await a.tier.readMeta(0)
  await settled()
  a.heard.length = 0
  b.heard.length = 0
  return { server, a, b }
}

function seeded() {
  let state = 1
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

async function fill(tier: ReturnType<MemoryServer['tier']>, token: string) {
  const lease = await tier.acquire({ partition: 0, key, namespace: 'user', token, leaseMs: 1000 })
  const header = {
    gen: lease.gen,
    seq: lease.seq,
    expiresAtMs: lease.timeMs + 60_000,
    createdAtMs: lease.timeMs,
    version: -1,
    loadMs: 1,
    staleMs: 0,
    token,
    tags: [],
  }
  const envelope = writeEnvelope({ header, flags: 0, payload: Buffer.from(token) })
  return tier.fill({ partition: 0, key, namespace: 'user', token, envelope, keepMs: 60_000 })
}

test('what one instance stores the other reads, and messages come in order', async () => {
  const { a, b } = await start()
  expect((await fill(a.tier, 'one')).stored).toBe(true)
  expect(await b.tier.get(0, key)).toBeDefined()
  void a.tier.invalidateKeys(0, [key], from)
  await b.tier.invalidateKeys(0, [key], from)
  await settled()
  expect(await a.tier.get(0, key)).toBeUndefined()
  expect(a.heard).toEqual(['seq 2', 'seq 3'])
  expect(b.heard).toEqual(['seq 2', 'seq 3'])
})

test('a held call runs after its instance gave it up', async () => {
  const { server, a, b } = await start()
  await fill(a.tier, 'one')
  const sent = gate()
  const deadline = Promise.reject(new Error('deadline'))
  server.gate = ({ name, instance }) =>
    name === 'invalidateKeys' && instance === 'a' ? { send: sent.opened, abandon: deadline } : undefined
  await expect(a.tier.invalidateKeys(0, [key], from)).rejects.toThrow('deadline')
  expect(await b.tier.get(0, key)).toBeDefined()
  sent.open()
  await settled()
  expect(await b.tier.get(0, key)).toBeUndefined()
})

test('an answer is held, or lost, while its step has run', async () => {
  const { server, a, b } = await start()
  const answer = gate()
  const ran: unknown[] = []
  server.gate = ({ name }) =>
    name === 'fill' ? { reply: answer.opened, ran: result => ran.push(result) } : undefined
  let replied = false
  const filled = fill(a.tier, 'one').then(reply => {
    replied = true
    return reply
  })
  await settled()
  expect(ran).toEqual([{ gen: expect.any(String), seq: 1, stored: true }])
  expect(replied).toBe(false)
  expect(await b.tier.get(0, key)).toBeDefined()
  answer.open()
  expect((await filled).stored).toBe(true)

  server.gate = ({ name }) =>
    name === 'invalidateKeys' ? { reply: Promise.reject(new Error('lost')) } : undefined
  await expect(a.tier.invalidateKeys(0, [key], from)).rejects.toThrow('lost')
  expect(await b.tier.get(0, key)).toBeUndefined()
  server.gate = () => ({ send: Promise.reject(new Error('refused')) })
  await expect(a.tier.readMeta(0)).rejects.toThrow('refused')
})

test('messages are dropped, repeated, held and overtaken, for one instance', async () => {
  const { server, a, b } = await start()
  const held = gate()
  const apart = gate()
  const plans = [
    'drop',
    { copies: [Promise.resolve(), apart.opened] },
    { hold: held.opened },
    undefined,
  ] as const
  let at = 0
  server.messages = ({ to }) => (to === 'b' ? plans[at++] : undefined)
  for (let n = 0; n < 4; n++) await a.tier.invalidateKeys(0, [key], from)
  await settled()
  expect(a.heard).toEqual(['seq 2', 'seq 3', 'seq 4', 'seq 5'])
  expect(b.heard).toEqual(['seq 3'])
  held.open()
  await settled()
  expect(b.heard).toEqual(['seq 3', 'seq 4', 'seq 5'])
  apart.open()
  await settled()
  expect(b.heard).toEqual(['seq 3', 'seq 4', 'seq 5', 'seq 3'])
})

test('connection and bus of one instance are cut and come back', async () => {
  const { server, a, b } = await start()
  const stuck = gate()
  server.gate = ({ instance }) => (instance === 'b' ? { send: stuck.opened } : undefined)
  const pending = b.tier.get(0, key)
  const link = server.link('b')
  link.cut()
  await expect(pending).rejects.toMatchObject({ code: 'CACHE_REMOTE_UNAVAILABLE' })
  await expect(b.tier.get(0, key)).rejects.toMatchObject({ code: 'CACHE_REMOTE_UNAVAILABLE' })
  server.gate = () => undefined
  link.cutBus()
  await a.tier.invalidateKeys(0, [key], from)
  await settled()
  link.reconnectBus()
  link.reconnect()
  expect(await b.tier.get(0, key)).toBeUndefined()
  await settled()
  expect(b.heard).toEqual(['lost', 'bus lost', 'bus back', 'connected'])
})

test('a frozen link holds calls, answers and messages until it thaws', async () => {
  const { server, a, b } = await start()
  server.link('b').freeze()
  await a.tier.invalidateKeys(0, [key], from)
  const read = fill(b.tier, 'b')
  await settled()
  expect(b.heard).toEqual([])
  server.link('b').thaw()
  expect((await read).stored).toBe(true)
  expect(b.heard).toEqual(['seq 2'])
})

test('a restart has a new run, and so a new gen, over kept, lost or older values', async () => {
  const { server, a } = await start()
  await fill(a.tier, 'one')
  const before = server.snapshot()
  const { gen } = await a.tier.readMeta(0)
  await a.tier.invalidateKeys(0, [key], from)
  server.restart({ values: before })
  await settled()
  expect(await a.tier.get(0, key)).toBeDefined()
  expect((await a.tier.readMeta(0)).gen).not.toBe(gen)
  expect(
    (await a.tier.acquire({ partition: 0, key, namespace: 'user', token: 't', leaseMs: 1 })).outcome,
  ).toBe('leased')
  server.restart({ values: 'lost' })
  await settled()
  expect(await a.tier.get(0, key)).toBeUndefined()
  expect(a.heard.filter(what => what === 'connected')).toHaveLength(2)
})

test('who is not told of a restart waits until its link reconnects', async () => {
  const { server, a, b } = await start()
  server.restart({ unnoticed: ['b'] })
  await settled()
  const pending = b.tier.get(0, key)
  await a.tier.invalidateKeys(0, [key], from)
  await settled()
  expect(b.heard).toEqual([])
  server.link('b').reconnect()
  await expect(pending).rejects.toMatchObject({ code: 'CACHE_REMOTE_UNAVAILABLE' })
  expect(b.heard).toEqual(['lost', 'connected'])
  expect(await b.tier.get(0, key)).toBeUndefined()
})

test('values, leases, marks, meta and the registry can be taken away, and the clock moved', async () => {
  const { server, a } = await start()
  await fill(a.tier, 'one')
  server.evict('value', 0, key)
  expect(await a.tier.get(0, key)).toBeUndefined()
  const acquire = (token: string) =>
    a.tier.acquire({ partition: 0, key, namespace: 'user', token, leaseMs: 1000 })
  expect((await acquire('x')).outcome).toBe('leased')
  expect((await acquire('y')).outcome).toBe('wait')
  server.evict('lease', 0, key)
  expect((await acquire('y')).outcome).toBe('leased')
  server.stepClock(1000)
  expect((await acquire('z')).outcome).toBe('leased')
  const { gen } = await a.tier.readMeta(0)
  server.evict('meta')
  expect((await a.tier.readMeta(0)).gen).not.toBe(gen)
  const { nonce } = await a.tier.renewRow('a', '')
  server.evict('registry')
  expect((await a.tier.registry()).rows.size).toBe(0)
  expect((await a.tier.renewRow('a', '')).nonce).not.toBe(nonce)
})
