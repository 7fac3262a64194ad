import { expect, test } from 'vitest'
import type { FeatureFlags } from '#src/index'
import { aWorld, production, served } from './world.js'

const kill = (world: ReturnType<typeof aWorld>) => world.store.patchFlag(production, 'llm', { killed: true })

/** What `by` waits for, a quarter of a second later: the message is lost on its way to b. */
async function killedUnheardByB(
  world: ReturnType<typeof aWorld>,
  by: FeatureFlags,
): Promise<{ done: boolean }> {
  world.shared.deaf.add('b')
  const acknowledging = { done: false }
  void by.acknowledged(kill(world)).then(() => {
    acknowledging.done = true
  })
  await world.relay()
  await world.pass(250)
  return acknowledging
}

test('resolves when every live instance serves the revision', async () => {
  const world = aWorld()
  const [a, b] = [await world.open('a'), await world.open('b')]
  const acknowledging = await killedUnheardByB(world, a)
  expect([served(a), served(b), acknowledging.done]).toEqual(['off DISABLED', 'on STATIC', false])
  await world.pass(1000)
  expect([served(b), acknowledging.done]).toEqual(['off DISABLED', true])
})

test('names how many are missing when the time is over', async () => {
  const world = aWorld()
  const a = await world.open('a')
  for (const id of ['b', 'c']) {
    await world.open(id)
    world.shared.deaf.add(id)
  }
  const revision = kill(world)
  const late = a.acknowledged(revision, { timeoutMs: 300 })
  await world.relay()
  await expect(world.ends(late)).rejects.toMatchObject({
    code: 'FLAG_NOT_ACKNOWLEDGED',
    message: `Revision ${revision}: after 300 ms 2 live instances do not serve it`,
  })
  await expect(world.ends(a.acknowledged(99, { timeoutMs: 300 }))).rejects.toThrow('do not serve it')
  world.shared.down = true
  await expect(world.ends(a.acknowledged(revision, { timeoutMs: 300 }))).rejects.toThrow(
    'the cache does not tell which instances serve it',
  )
})

test('an instance that is not heard of is waited for until it says STALE', async () => {
  const world = aWorld()
  const a = await world.open('a')
  const b = await world.open('b')
  const revision = kill(world)
  world.shared.deaf.add('b')
  world.shared.calling = (_, id) => (id === 'b' ? new Promise(() => {}) : undefined)
  const { revision: ask } = world.store
  await world.relay()
  world.shared.lag('b', 3500)
  const acknowledged = a.acknowledged(revision)
  let done = false
  void acknowledged.then(() => {
    done = true
  })
  await world.pass(1900)
  expect(done).toBe(false)
  await world.pass(250)
  await acknowledged
  expect(b.status).not.toBe('not-ready')
  expect(world.store.revision).toBe(ask)
})

test('an instance that has not loaded yet is counted from before its load', async () => {
  const world = aWorld()
  const a = await world.open('a')
  const b = world.make('b')
  world.shared.values.delete(`feature_flags:${production}`)
  const load = world.holdAnswer('load')
  const warming = b.warmCache()
  await load.reached
  const revision = kill(world)
  await world.ends(a.refresh()) // past the lease that b holds
  world.shared.deaf.add('b')
  const late = a.acknowledged(revision, { timeoutMs: 200 })
  await expect(world.ends(late)).rejects.toThrow('1 live instance does not serve it')
  load.release()
  await world.ends(warming)
  await world.ends(a.acknowledged(revision))
  expect(served(b)).toBe('off DISABLED')
})

test('who shares the cache without flags, and who has closed them, is not waited for', async () => {
  const world = aWorld()
  const a = await world.open('a')
  world.shared.open('without flags')
  await world.ends((await world.open('b')).close())
  world.shared.deaf.add('b')
  const revision = kill(world)
  await world.relay()
  await world.ends(a.acknowledged(revision)) // it takes as long as a lost record is written again in
  await world.ends(a.acknowledged(revision, { timeoutMs: 100 }))
})

test('a record that was lost is written again', async () => {
  const world = aWorld()
  await world.open('a')
  const key = `feature_flags_applied:${production}:a`
  expect(world.shared.read(key)).toBe(1)
  world.shared.values.delete(key)
  await world.relay() // the second tier came back empty: whoever shares it is told
  expect(world.shared.read(key)).toBe(1)
  world.shared.values.delete(key)
  await world.pass(61_000)
  expect(world.shared.read(key)).toBe(1)
})

test('a second tier that goes away between two questions confirms nothing', async () => {
  const world = aWorld()
  const a = await world.open('a')
  await world.open('b')
  const revision = kill(world)
  world.shared.deaf.add('b')
  await world.relay()
  world.shared.calling = operation => {
    world.shared.down = operation !== 'instances'
    return undefined
  }
  await expect(world.ends(a.acknowledged(revision, { timeoutMs: 4000 }))).rejects.toThrow(
    'the cache does not tell which instances serve it',
  )
})

test('bad arguments are refused', async () => {
  const world = aWorld()
  const a = await world.open('a')
  for (const revision of [-1, 1.5, Number.NaN])
    await expect(a.acknowledged(revision)).rejects.toMatchObject({ field: 'revision' })
  for (const timeoutMs of [0, 60_001, Number.NaN])
    await expect(a.acknowledged(1, { timeoutMs })).rejects.toMatchObject({ field: 'timeoutMs' })
})

test('an instance whose record the second tier has lost is waited for, known before or not', async () => {
  for (const isKnown of [true, false]) {
    const world = aWorld()
    const [a] = [await world.open('a'), await world.open('b')]
    if (isKnown) await world.ends(a.acknowledged(world.store.patchFlag(production, 'llm', { owner: 'o' })))
    world.shared.values.delete(`feature_flags_applied:${production}:b`)
    world.shared.deaf.add('b')
    const revision = kill(world)
    const late = a.acknowledged(revision, { timeoutMs: 200 })
    await expect(world.ends(late)).rejects.toThrow('1 live instance does not serve it')
  }
})

test('an instance that the second tier lists no more is waited for, known before or not', async () => {
  for (const isKnown of [true, false]) {
    const world = aWorld()
    const [a, b] = [await world.open('a'), await world.open('b')]
    if (isKnown) await world.ends(a.acknowledged(world.store.patchFlag(production, 'llm', { owner: 'o' })))
    else await world.pass(61_000) // what a serves is written again, and with it the others are looked for
    world.shared.lose('b')
    const acknowledging = await killedUnheardByB(world, a)
    expect([served(a), served(b), acknowledging.done]).toEqual(['off DISABLED', 'on STATIC', false])
    await world.pass(2000)
    expect([served(b), acknowledging.done]).toEqual(['off DISABLED', true])
  }
})
