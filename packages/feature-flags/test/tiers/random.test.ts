import { FakeClock, seededRandom, testSeed } from '@voiceassist/testkit'
import { expect, test } from 'vitest'
import { compileSnapshot, type FeatureFlags } from '#src/index'
import { aWorld, production, type World } from './world.js'

const names = ['llm', 'ranker', 'search']
const keys = ['u1', 'u2', 'u3', undefined]
const runs = process.env.TEST_LONG ? 400 : 25
const steps = 60

/** A clock that runs with the world's, unless its process is stopped: then its timers wait, and its time goes on. */
class StoppableClock extends FakeClock {
  readonly #world: FakeClock
  #stopped = false
  #waiting: (() => void)[] = []

  constructor(world: FakeClock) {
    super()
    this.#world = world
  }

  override now = () => this.#world.now()
  override monotonic = () => this.#world.monotonic()
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#world.sleep(ms, signal)
    if (this.#stopped) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  stop(): void {
    this.#stopped = true
  }

  go(): void {
    this.#stopped = false
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

/** Everything that an instance answers, but for its reasons. */
function answers(evaluate: (name: string, key: string | undefined) => unknown): unknown[] {
  return names.flatMap(name => keys.map(key => [name, key, evaluate(name, key)]))
}

function servedBy(flags: FeatureFlags): unknown[] {
  return answers((name, targetingKey) => {
    const { value, errorCode } = flags.evaluate(name, false, targetingKey ? { targetingKey } : {})
    return [value, errorCode]
  })
}

function fresh(world: World): unknown[] {
  const snapshot = compileSnapshot(world.store.snapshot(production))
  return answers((name, targetingKey) => {
    const context = targetingKey ? { targetingKey } : {}
    const { value, errorCode } = snapshot.evaluate(name, false, context, world.clock.now(), false)
    return [value, errorCode]
  })
}

test('after any changes and faults each instance evaluates like a fresh one, and never went back', async () => {
  const seed = testSeed('tiers at random')
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(seed + run)
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
    const world = aWorld()
    for (const name of names) world.store.putFlag(production, { name, enabled: true })
    const clocks = new Map<string, StoppableClock>()
    for (const id of ['a', 'b', 'c']) {
      const clock = new StoppableClock(world.clock)
      clocks.set(id, clock)
      await world.ends(world.make(id, { l1Ttl: 5, l2Ttl: 20 }, clock).warmCache())
    }
    const revisions = new Map<string, number>()
    /** Of the store, and since when. */
    const history = [{ sinceMs: Number.NEGATIVE_INFINITY, revision: 0 }]
    const look = () => {
      const nowMs = world.clock.monotonic()
      history.push({ sinceMs: nowMs, revision: world.store.snapshot(production).revision })
      const fresh = history.findLast(({ sinceMs }) => sinceMs < nowMs - 2000)?.revision ?? 0
      for (const [id, flags] of world.instances) {
        const revision = flags.snapshot()?.revision ?? -1
        expect(revision, `${id} of run ${seed + run}`).toBeGreaterThanOrEqual(revisions.get(id) ?? 0)
        revisions.set(id, revision)
        for (const name of names) {
          const { errorCode, reason } = flags.evaluate(name, false)
          expect(errorCode, `${id} of run ${seed + run}`).toBeUndefined()
          if (reason !== 'STALE')
            expect(revision, `${id} of run ${seed + run}, not stale`).toBeGreaterThanOrEqual(fresh)
        }
      }
    }
    const { store, shared } = world
    const percentage = () => Math.round(random() * 10_000) / 100
    const override = () => ({ flag: pick(names), targetingKey: pick(['u1', 'u2']) })
    const changes = [
      () => store.patchFlag(production, pick(names), { enabled: random() < 0.7 }),
      () => store.patchFlag(production, pick(names), { killed: random() < 0.3 }),
      () => store.patchFlag(production, pick(names), { rolloutPercentage: percentage() }),
      () =>
        store.putOverride(production, {
          ...override(),
          enabled: random() < 0.5,
          value: null,
          expiresAtMs: null,
        }),
      () => store.removeOverride(production, pick(names), pick(['u1', 'u2'])),
    ]
    const acts = [
      () => pick(changes)(),
      () => {
        pick(changes)()
        return world.relay()
      },
      () => world.relay(),
      () => store.stop(),
      () => store.start(),
      () => {
        shared.down = true
      },
      () => {
        shared.down = false
      },
      () => void shared.deaf.add(pick(['a', 'b', 'c'])),
      () => shared.deaf.clear(),
      () => shared.values.clear(),
      () => clocks.get(pick(['a', 'b', 'c']))?.stop(),
      () => {
        for (const clock of clocks.values()) clock.go()
      },
      () => world.pass(100),
      () => world.pass(1500),
      () => world.pass(6000),
      () => world.ends(pick([...world.instances.values()]).isEnabled(pick(names), { targetingKey: 'u1' })),
    ]
    for (let step = 0; step < steps; step++) {
      await pick(acts)()
      look()
    }
    store.start()
    shared.down = false
    shared.deaf.clear()
    for (const clock of clocks.values()) clock.go()
    await world.pass(8000)
    look()
    const expected = fresh(world)
    for (const [id, flags] of world.instances) {
      expect([id, seed + run, servedBy(flags)]).toEqual([id, seed + run, expected])
      expect([id, seed + run, flags.status]).toEqual([id, seed + run, 'ready'])
      await world.ends(flags.acknowledged(flags.snapshot()?.revision ?? -1))
      await world.ends(flags.close())
    }
    expect(world.clock.sleeping).toBe(0)
  }
})
