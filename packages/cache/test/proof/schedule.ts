import { anyRead, anyWrite } from './any-operation.js'
import type { Engine } from './engine.js'
import { Faults } from './faults.js'
import type { Node } from './node.js'
import { Operations } from './operations.js'
import { Prng } from './prng.js'
import { type Profile, profileOf } from './profile.js'
import { allKeys, World } from './world.js'

/** In this time all must be as the source is, once nothing goes wrong any more: two resynchronisation intervals. */
const healMs = 2 * (500 + 250 + 100)
const quietMs = 40_000

export interface Outcome {
  readonly seed: number
  readonly bad: readonly string[]
  readonly trace: readonly string[]
  readonly stats: World['oracle']['stats'] & { loads: number }
}

/** One run: a seeded order of steps, calls and faults, and then a time in which all heals. */
export async function runSeed(engine: Engine, seed: number, steps = defaultSteps): Promise<Outcome> {
  const random = new Prng(seed)
  const world = new World(engine, {
    seed,
    instances: random.pick([3, 3, 3, 4]),
    partitions: random.pick([1, 1, 2, 3]),
    cache: {
      memory: { maxEntries: random.pick([2, 20, 20]) },
      namespaces: {
        s: { ttl: 1.5, staleIfError: 60, refreshAhead: 0.5, softTimeoutMs: 30 },
        m: { remote: false },
      },
    },
  })
  const profile = profileOf(random)
  const operations = new Operations(world)
  const faults = new Faults(world, random, profile.faults)
  world.duplicates = () => random.chance(profile.doubled)
  await world.settle()
  await world.tick(random.pick([0, 600, 2700]), true)
  for (let at = 0; at < steps && world.oracle.bad.length === 0; at++)
    await step(world, operations, faults, profile, random)
  if (world.oracle.bad.length === 0) await heal(world, operations, faults)
  const { bad, stats } = world.oracle
  return { seed, bad, trace: world.trace, stats: { ...stats, loads: world.source.calls } }
}

const defaultSteps = Number(process.env.STEPS ?? 120)

async function step(
  world: World,
  operations: Operations,
  faults: Faults,
  profile: Profile,
  random: Prng,
): Promise<void> {
  let kind = random.next()
  const awake = world.nodes.filter(node => !node.paused)
  const running = awake.length > 0 ? random.pick(awake) : undefined
  if (kind < profile.faultShare) return faults.step()
  kind = random.next()
  if (kind < profile.writeShare) {
    if (running) anyWrite(operations, running, profile, random)
    return world.settle()
  }
  kind = random.next()
  if (kind < 0.2) {
    if (running) anyRead(operations, running, profile, random)
    await world.settle()
  } else if (kind < 0.58) {
    const moving = world.calls.filter(call => world.moving(call))
    if (moving.length === 0) return
    const call = random.pick(moving)
    if (call.state === 'sent') await world.run(call)
    else if (random.chance(profile.lostAnswers)) world.forget(call)
    else await world.answer(call)
  } else if (kind < 0.72) await source(world, random)
  else if (kind < 0.86) await bus(world, profile, random)
  else {
    const ms = random.pick(profile.ticksMs)
    await world.tick(ms, random.chance(profile.prompt) && (() => random.chance(0.6)))
  }
}

async function source(world: World, random: Prng): Promise<void> {
  const loads = world.source.loads.filter(({ instance }) => !world.node(instance).paused)
  if (loads.length === 0) return
  const load = random.pick(loads)
  if (load.read) await world.answerLoad(load)
  else world.readSource(load)
}

async function bus(world: World, profile: Profile, random: Prng): Promise<void> {
  const waiting = world.nodes.filter(node => node.bus.length > 0 && world.awake(node))
  if (waiting.length === 0) return
  const node = random.pick(waiting)
  if (random.chance(profile.lost)) {
    world.log(`${node.id} lost a message`)
    node.bus.shift()
    return
  }
  await world.arrive(node, random.chance(profile.reordered) ? random.below(node.bus.length) : 0)
}

async function heal(world: World, operations: Operations, faults: Faults): Promise<void> {
  world.log('all is well again')
  world.duplicates = () => false
  await faults.end()
  await world.tick(healMs, true)
  await ended(world, operations)
  for (const round of [1, 2])
    for (const node of world.nodes)
      for (const key of allKeys) await converged(world, operations, node, key, round)
  await loadedOnce(world)
}

/** What was called before has returned: it loses patience by itself. */
async function ended(world: World, operations: Operations): Promise<void> {
  const open = () => operations.tasks.filter(task => !task.done && !task.node.dead)
  for (let waitedMs = 0; open().length > 0 && waitedMs < quietMs; waitedMs += 1000)
    await world.tick(1000, true)
  for (const { name } of open()) world.oracle.violation(`${name} never ended`)
}

async function converged(
  world: World,
  operations: Operations,
  node: Node,
  key: string,
  round: number,
): Promise<void> {
  const due = operations.promised(key)
  let value: unknown
  const load = () => world.source.load(node.id, [key], {} as never).then(found => found.get(key))
  node.cache.getOrSet(key, load).then(
    found => {
      value = found
    },
    error => {
      value = String(error)
    },
  )
  await world.settle()
  await world.flush()
  for (let waits = 0; value === undefined && waits < 60; waits++) await world.tick(1000, true)
  world.oracle.returned(node.id, key, value, due, `read ${round} in quiet`)
}

/** All ask at once for what nobody has. */
async function loadedOnce(world: World): Promise<void> {
  const { source, nodes, oracle } = world
  const key = 'u:cold'
  const before = source.calls
  const found = nodes.map(node =>
    node.cache.getOrSet(key, () => source.load(node.id, [key], {} as never).then(read => read.get(key))),
  )
  let done = false
  void Promise.allSettled(found).then(() => {
    done = true
  })
  await world.settle()
  for (let waits = 0; !done && waits < 100; waits++) await world.tick(10, true)
  if (!done) oracle.violation(`${key} was not loaded`)
  if (source.calls !== before + 1)
    oracle.violation(`${key} was loaded ${source.calls - before} times at once`)
}
