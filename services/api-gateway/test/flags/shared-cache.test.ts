import type { Cache } from '@voiceassist/cache'
import { createCacheIn, type MemoryServer, memoryServer } from '@voiceassist/cache/testing'
import type { FeatureFlags } from '@voiceassist/feature-flags'
import { snapshotKey } from '@voiceassist/feature-flags'
import { createFeatureFlagsIn, MemoryFlagStore } from '@voiceassist/feature-flags/testing'
import { FakeClock, seededRandom } from '@voiceassist/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'

const environment = 'production'
const key = snapshotKey(environment)

let clock: FakeClock
let server: MemoryServer
let store: MemoryFlagStore
let opened: { cache: Cache; flags: FeatureFlags }[]

beforeEach(() => {
  clock = new FakeClock()
  server = memoryServer({ clock, partitions: 2, random: seededRandom(1) })
  store = new MemoryFlagStore()
  store.putFlag(environment, { name: 'llm', enabled: true })
  opened = []
})

afterEach(async () => {
  server.gate = () => undefined
  server.messages = () => undefined
  for (const { flags, cache } of opened) {
    await ends(flags.close())
    await ends(cache.close())
  }
})

/** One instance: flags over a cache of its own, on the server that all share. */
async function open(instance: string) {
  const surroundings = { clock, random: seededRandom(instance.charCodeAt(0)), instance }
  const cache = createCacheIn({ remote: server.tier() }, surroundings)
  const flags = createFeatureFlagsIn({ cache, store, environment }, clock)
  opened.push({ cache, flags })
  await ends(flags.warmCache())
  return { cache, flags }
}

async function settle() {
  for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve))
}

async function pass(ms: number) {
  for (let left = ms; left > 0; left -= 100) await clock.advance(Math.min(100, left))
  await settle()
}

async function ends<Value>(under: Promise<Value>): Promise<Value> {
  let over = false
  const end = () => {
    over = true
  }
  under.then(end, end)
  await settle()
  for (let step = 0; step < 200 && !over; step++) await pass(100)
  if (!over) throw new Error('It does not end within 20 seconds')
  return under
}

const kill = () => store.patchFlag(environment, 'llm', { killed: true })
const served = ({ flags }: { flags: FeatureFlags }) => {
  const { value, reason } = flags.evaluate('llm', false)
  return `${value ? 'on' : 'off'} ${reason}`
}

test('a change that one instance invalidates is served by all, from one load, without time passing', async () => {
  const [a, b, c] = [await open('a'), await open('b'), await open('c')]
  expect([served(a), served(b), served(c)]).toEqual(['on STATIC', 'on STATIC', 'on STATIC'])
  const { load } = store.asked
  const revision = kill()
  await a.cache.delete(key)
  await settle()
  expect([served(a), served(b), served(c)]).toEqual(['off DISABLED', 'off DISABLED', 'off DISABLED'])
  expect(store.asked.load).toBeLessThanOrEqual(load + 2)
  await ends(a.flags.acknowledged(revision))
})

test('a message that is lost: the store tells within a second, and acknowledged waits for it', async () => {
  const [a, b] = [await open('a'), await open('b')]
  const revision = kill()
  server.messages = ({ to }) => (to === 'b' ? 'drop' : undefined)
  await a.cache.delete(key)
  let done = false
  const acknowledged = a.flags.acknowledged(revision).then(() => {
    done = true
  })
  await settle()
  expect([served(a), served(b), done]).toEqual(['off DISABLED', 'on STATIC', false])
  await ends(acknowledged)
  expect(served(b)).toBe('off DISABLED')
})

test('an instance that is cut off from the cache hears of a change by the store, and is not waited for', async () => {
  const [a, b] = [await open('a'), await open('b')]
  server.link('b').freeze()
  await pass(4000)
  const revision = kill()
  await a.cache.delete(key)
  await ends(a.flags.acknowledged(revision))
  expect([served(a), served(b)]).toEqual(['off DISABLED', 'off DISABLED'])
  server.link('b').thaw()
})

test('the server restarts with older values: nobody serves what it brings back', async () => {
  const [a, b] = [await open('a'), await open('b')]
  const before = server.snapshot()
  kill()
  await a.cache.delete(key)
  await settle()
  server.restart({ values: before })
  await pass(3000)
  expect([served(a), served(b)]).toEqual(['off DISABLED', 'off DISABLED'])
  const c = await open('c')
  expect(served(c)).toBe('off DISABLED')
})

test('the server is lost and comes back: changes go on, and all confirm them', async () => {
  const [a, b] = [await open('a'), await open('b')]
  for (const id of ['a', 'b']) server.link(id).cut()
  kill()
  await pass(1500)
  expect([served(a), served(b)]).toEqual(['off DISABLED', 'off DISABLED'])
  for (const id of ['a', 'b']) server.link(id).reconnect()
  await pass(1000)
  const revision = store.patchFlag(environment, 'llm', { killed: false })
  await a.cache.delete(key)
  await ends(b.flags.acknowledged(revision))
  expect([served(a), served(b)]).toEqual(['on STATIC', 'on STATIC'])
})
