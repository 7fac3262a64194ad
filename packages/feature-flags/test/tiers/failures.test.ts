import { expect, test } from 'vitest'
import { checkSnapshot, FlagError, type FlagEvent, flagChannel } from '#src/index'
import { aWorld, production, served } from './world.js'

const bootstrap = checkSnapshot({
  environment: production,
  revision: 700,
  flags: [{ name: 'llm', enabled: true }],
})

test('the store down: what is known, STALE after two seconds, and back by itself', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  world.events.length = 0
  world.store.stop()
  await world.pass(1900)
  expect([served(flags), flags.status]).toEqual(['on STATIC', 'ready'])
  await world.pass(1200)
  expect([served(flags), flags.status, world.events]).toEqual(['on STALE', 'stale', [{ kind: 'stale' }]])
  expect(await flags.isEnabled('llm')).toBe(true)
  await world.pass(120_000)
  expect([served(flags), await flags.isEnabled('llm')]).toEqual(['on STALE', true])
  expect(world.store.asked.revision).toBeLessThan(40)
  world.store.start()
  world.store.patchFlag(production, 'llm', { killed: true })
  await world.pass(6000)
  expect([served(flags), flags.status]).toEqual(['off DISABLED', 'ready'])
  expect(world.events.slice(1)).toEqual([
    { kind: 'changed', revision: 2, flagsChanged: ['llm'] },
    { kind: 'ready' },
  ])
})

test('a store that hangs is a store that is down', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  world.store.answering = () => new Promise(() => {})
  await world.pass(3500)
  expect([served(flags), flags.status]).toEqual(['on STALE', 'stale'])
  world.store.answering = () => undefined
  await world.pass(6000)
  expect(flags.status).toBe('ready')
})

test('the second tier down: the store answers, and changes come within a second', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  world.shared.down = true
  world.store.patchFlag(production, 'llm', { killed: true })
  await world.pass(1000)
  expect([served(flags), flags.status]).toEqual(['off DISABLED', 'ready'])
  world.shared.down = false
  world.store.patchFlag(production, 'llm', { killed: false })
  await world.relay()
  expect(served(flags)).toBe('on STATIC')
})

test('both down after an invalidation: what is known, STALE at once, and no wait', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  world.store.stop()
  world.shared.down = true
  await world.relay()
  expect(served(flags)).toBe('on STALE')
  expect(await flags.isEnabled('llm')).toBe(true)
})

test('an invalidation while the store is down, and another instance fills the second tier', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  world.store.stop()
  await world.relay()
  expect(served(flags)).toBe('on STALE')
  const blob = { environment: production, revision: 2, flags: [], segments: [], overrides: [] }
  world.shared.put(`feature_flags:${production}`, blob, 300)
  await world.pass(6000)
  expect(flags.snapshot()?.revision).toBe(2)
})

test('a cold start without any source: the default with ERROR, warmCache ends, and it recovers', async () => {
  const world = aWorld()
  world.store.stop()
  world.shared.down = true
  const flags = await world.open('a')
  expect(flags.evaluate('llm', true)).toMatchObject({ value: true, errorCode: 'PROVIDER_NOT_READY' })
  expect([flags.status, await flags.isEnabled('llm', {}, true)]).toEqual(['not-ready', true])
  world.store.start()
  await world.pass(6000)
  expect([served(flags), flags.status]).toEqual(['on STATIC', 'ready'])
})

test('a cold start with a bootstrap serves it STALE until a tier answers, whatever its revision is', async () => {
  const world = aWorld()
  world.store.stop()
  world.shared.down = true
  const flags = await world.open('a', { bootstrap })
  expect([served(flags), flags.status, await flags.isEnabled('llm')]).toEqual(['on STALE', 'stale', true])
  expect(world.events).toEqual([{ kind: 'stale' }])
  world.store.start()
  world.store.patchFlag(production, 'llm', { killed: true })
  await world.pass(6000)
  expect([served(flags), flags.snapshot()?.revision]).toEqual(['off DISABLED', 2])
})

test('a cold start from the second tier alone is STALE until the store confirms it', async () => {
  const world = aWorld()
  await world.open('a')
  world.store.stop()
  const b = await world.open('b')
  expect([served(b), b.status]).toEqual(['on STALE', 'stale'])
  world.store.start()
  await world.pass(6000)
  expect([served(b), b.status]).toEqual(['on STATIC', 'ready'])
})

test('an older copy of the store confirms nothing, and is not loaded', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  world.store.patchFlag(production, 'llm', { killed: true })
  await world.relay()
  const { revision, load } = world.store
  world.store.revision = async () => 1
  world.store.load = async () => ({ ...bootstrap, revision: 1 })
  await world.relay()
  await world.pass(5000)
  expect([served(flags), flags.snapshot()?.revision]).toEqual(['off STALE', 2])
  Object.assign(world.store, { revision, load })
  await world.pass(6000)
  expect(served(flags)).toBe('off DISABLED')
})

test('a store that holds what is not well formed changes nothing', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  const { load } = world.store
  world.store.load = async () => ({ ...bootstrap, revision: 5, flags: [{ name: 'a b' } as never] })
  world.store.patchFlag(production, 'llm', { killed: true })
  await world.relay()
  await world.pass(3000)
  expect(served(flags)).toBe('on STALE')
  world.store.load = load
  await world.pass(6000)
  expect(served(flags)).toBe('off DISABLED')
})

test('a listener that throws is a warning, and the others are told', async () => {
  const world = aWorld()
  const flags = world.make('a')
  flags.subscribe(() => {
    throw new Error('a fault of the listener')
  })
  const told: string[] = []
  const end = flags.subscribe(({ kind }) => told.push(kind))
  const warned = new Promise<Error>(resolve => process.once('warning', resolve))
  await world.ends(flags.warmCache())
  expect((await warned).message).toBe('a fault of the listener')
  world.store.patchFlag(production, 'llm', { killed: true })
  await world.relay()
  expect(told).toEqual(['ready', 'changed'])
  end()
  world.store.patchFlag(production, 'llm', { killed: false })
  await world.relay()
  expect(told).toHaveLength(2)
})

test('the channel tells of reloads, changes and staleness', async () => {
  const world = aWorld()
  const events: FlagEvent[] = []
  const listen = (event: unknown) => events.push(event as FlagEvent)
  flagChannel.subscribe(listen)
  const environment = production
  await world.open('a')
  await world.open('b')
  world.store.patchFlag(production, 'llm', { killed: true })
  await world.relay()
  world.store.stop()
  world.shared.down = true
  await world.relay()
  await world.pass(3000)
  flagChannel.unsubscribe(listen)
  const reload = { kind: 'reload', environment, durationMs: expect.any(Number) }
  expect(events.filter(({ kind }) => kind !== 'stale').slice(0, 6)).toEqual([
    { ...reload, tier: 'l3', revision: 1 },
    { ...reload, tier: 'l2', revision: 1 },
    { kind: 'change', environment, revision: 2, flags: 1 },
    { ...reload, tier: 'l2', revision: 2 }, // it waited for the load of the other
    { kind: 'change', environment, revision: 2, flags: 1 },
    { ...reload, tier: 'l3', revision: 2 },
  ])
  expect(events).toContainEqual({ ...reload, tier: 'none', revision: 2 })
  expect(events.filter(({ kind }) => kind === 'stale')).toEqual([
    { kind: 'stale', environment, revision: 2 },
    { kind: 'stale', environment, revision: 2 },
  ])
})

test.each([
  ['store', { store: {} }],
  ['cache', { cache: {} }],
  ['environment', { environment: 'a b' }],
  ['l1Ttl', { l1Ttl: 0 }],
  ['l1Ttl', { l1Ttl: 60_000_000 }],
  ['l2Ttl', { l2Ttl: 'soon' }],
  ['bootstrap', { bootstrap: { ...bootstrap, environment: 'staging' } }],
  ['unheardOf', { unheardOf: 1 }],
])('a bad option is refused: %s', (field, options) => {
  const world = aWorld()
  expect(() => world.make('a', options as never)).toThrow(
    expect.objectContaining({ name: 'FlagError', code: 'FLAG_OPTION_INVALID', field }),
  )
  expect(() => world.make('a', { bootstrap: { ...bootstrap, flags: [{}] } as never })).toThrow(FlagError)
})
