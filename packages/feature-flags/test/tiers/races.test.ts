import { expect, test } from 'vitest'
import { aWorld, production, served } from './world.js'

const key = `feature_flags:${production}`
const off = (world: ReturnType<typeof aWorld>) => world.store.patchFlag(production, 'llm', { killed: true })

test('an invalidation during a reload: what was read before it is not taken for current', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  const load = world.holdAnswer('load')
  await world.relay()
  await load.reached
  off(world)
  await world.relay()
  expect(served(flags)).toBe('on STALE')
  const asked = flags.isEnabled('llm')
  load.release()
  expect(await world.ends(asked)).toBe(false)
  expect(served(flags)).toBe('off DISABLED')
})

test('many invalidations are one reload under way and one more', async () => {
  const world = aWorld()
  await world.open('a')
  const load = world.holdAnswer('load')
  await world.relay()
  await load.reached
  for (let at = 0; at < 50; at++) await world.relay()
  load.release()
  await world.settle()
  expect(world.store.asked.load).toBe(3)
})

test('an older blob of the second tier is not put over a newer one, and is replaced', async () => {
  const world = aWorld()
  const a = await world.open('a')
  const old = world.shared.read(key)
  off(world)
  await world.relay()
  world.shared.put(key, old, 300)
  for (const listener of [a]) expect(served(listener)).toBe('off DISABLED')
  await world.pass(60_000)
  expect(await world.ends(a.isEnabled('llm'))).toBe(false)
  expect(world.shared.read(key)).toMatchObject({ revision: 2 })
  const b = await world.open('b')
  expect(served(b)).toBe('off DISABLED')
})

test('a new instance that finds an old blob learns from the store at once', async () => {
  const world = aWorld()
  await world.open('a')
  const old = world.shared.read(key)
  off(world)
  world.shared.put(key, old, 300)
  const b = await world.open('b')
  expect(served(b)).toBe('off DISABLED')
  expect(world.shared.read(key)).toMatchObject({ revision: 2 })
})

test.each([
  ['damaged', { revision: 9 }],
  ['of another environment', { environment: 'staging', revision: 9, flags: [], segments: [], overrides: [] }],
  ['no snapshot at all', 'text'],
])('a blob that is %s is not served, and replaced', async (_, blob) => {
  const world = aWorld()
  world.shared.put(key, blob, 300)
  const flags = await world.open('a')
  expect(served(flags)).toBe('on STATIC')
  expect(world.shared.read(key)).toMatchObject({ environment: production, revision: 1 })
})

test('what another version writes again and again is replaced once in ten seconds', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  const deletes = async () => {
    const before = world.shared.asked.delete
    world.shared.invalidate(key)
    world.shared.put(key, { later: true }, 300)
    await world.settle()
    expect(served(flags)).toBe('on STATIC')
    return world.shared.asked.delete - before
  }
  expect([await deletes(), await deletes(), await deletes()]).toEqual([1, 0, 0])
  await world.pass(10_000)
  expect([await deletes(), await deletes()]).toEqual([1, 0])
})

test('the second tier does not answer: the store is asked after half a second', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  off(world)
  world.shared.calling = operation => (operation === 'getOrSet' ? new Promise(() => {}) : undefined)
  await world.relay()
  const asked = flags.isEnabled('llm')
  expect(await world.endsAfter(500, asked)).toBe(false)
})

test('isEnabled waits a second for a reload that hangs, then not at all; what is known answers', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  off(world)
  const load = world.holdAnswer('load')
  await world.relay()
  await load.reached
  expect(await world.endsAfter(1000, flags.isEnabled('llm'))).toBe(true)
  expect(await flags.isEnabled('llm')).toBe(true)
  expect(served(flags)).toBe('on STALE')
  load.release()
  await world.settle()
  expect(served(flags)).toBe('off DISABLED')
})

test('a process that was stopped says STALE when it wakes, and isEnabled asks first', async () => {
  const world = aWorld()
  const flags = await world.open('a')
  world.shared.deaf.add('a')
  const answer = world.holdAnswer('revision')
  await world.pass(1000)
  await answer.reached // answered before it stopped, and read after
  off(world)
  await world.clock.advance(1) // of a clock that jumped: its timers have not run
  const { clock } = world
  const monotonic = clock.monotonic.bind(clock)
  clock.monotonic = () => monotonic() + 60_000
  expect(served(flags)).toBe('on STALE')
  const asked = flags.isEnabled('llm')
  answer.release()
  expect(await world.ends(asked)).toBe(false)
  expect(served(flags)).toBe('off DISABLED')
})

test('closing during a load ends who waits, and what comes late changes nothing', async () => {
  const world = aWorld()
  const flags = world.make('a')
  const load = world.holdAnswer('load')
  const warming = flags.warmCache()
  const asked = flags.isEnabled('llm', {}, true)
  await load.reached
  await world.ends(flags.close())
  expect(await asked).toBe(true)
  await warming
  load.release()
  await world.settle()
  expect([flags.snapshot(), flags.status, world.clock.sleeping]).toEqual([undefined, 'closed', 0])
  expect(flags.evaluate('llm', true)).toMatchObject({ value: true, errorCode: 'PROVIDER_NOT_READY' })
  for (const call of [flags.warmCache(), flags.refresh(), flags.acknowledged(1)])
    await expect(call).rejects.toMatchObject({ code: 'FLAGS_CLOSED' })
})

test('after close what is known is served, and nothing is asked, watched or told any more', async () => {
  const world = aWorld()
  const cache = world.shared.open('a')
  const flags = await world.open('a', { cache })
  await flags.close()
  world.events.length = 0
  const { load, revision } = world.store.asked
  off(world)
  await world.relay()
  await world.pass(5000)
  expect([world.store.asked, world.events, cache.watched]).toEqual([{ load, revision }, [], 0])
  expect([await flags.isEnabled('llm'), served(flags)]).toEqual([true, 'on STALE'])
  expect(world.shared.read(`feature_flags_applied:${production}:a`)).toBe(Number.MAX_SAFE_INTEGER)
})

test('one that is closed before its first call begins nothing', async () => {
  const world = aWorld()
  const cache = world.shared.open('a')
  const flags = world.make('a', { cache })
  await flags.close()
  expect([served(flags), await flags.isEnabled('llm')]).toEqual(['off ERROR', false])
  await world.settle()
  expect([cache.watched, world.store.asked.load, world.clock.sleeping]).toEqual([0, 0, 0])
})
