import { FakeClock, gate } from '@voiceassist/testkit'
import { afterEach } from 'vitest'
import type { FeatureFlags, FeatureFlagsOptions, FlagsEvent } from '#src/index'
import { createFeatureFlagsIn, MemoryFlagStore } from '#src/testing'
import { SharedMemory } from './shared-memory.js'

export const production = 'production'

/** One store, one second tier, any number of instances, and a clock that stands still. */
export class World {
  readonly clock = new FakeClock()
  readonly store = new MemoryFlagStore()
  readonly shared = new SharedMemory(this.clock)
  readonly instances = new Map<string, FeatureFlags>()
  readonly events: FlagsEvent[] = []

  /** Not started yet. */
  make(id: string, options: Partial<FeatureFlagsOptions> = {}, clock = this.clock): FeatureFlags {
    const cache = this.shared.open(id)
    const flags = createFeatureFlagsIn(
      { cache, store: this.store, environment: production, ...options },
      clock,
    )
    flags.subscribe(event => this.events.push(event))
    this.instances.set(id, flags)
    return flags
  }

  async open(id: string, options: Partial<FeatureFlagsOptions> = {}): Promise<FeatureFlags> {
    const flags = this.make(id, options)
    await this.ends(flags.warmCache())
    return flags
  }

  /** As the relay of the database does when a change is committed. */
  async relay(): Promise<void> {
    this.shared.invalidate(`feature_flags:${production}`)
    await this.settle()
  }

  /** What goes on without time has gone on. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 6; turn++) await new Promise(resolve => setImmediate(resolve))
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 250) await this.clock.advance(Math.min(250, left))
    await this.settle()
  }

  /** What needs time to end gets it, ten seconds at most. */
  async ends<Value>(under: Promise<Value>): Promise<Value> {
    let over = false
    const end = () => {
      over = true
    }
    under.then(end, end)
    await this.settle()
    for (let step = 0; step < 200 && !over; step++) {
      await this.clock.advance(50)
      await this.settle()
    }
    if (!over) throw new Error('It does not end within 10 seconds')
    return under
  }

  /** Ends within the time given, and not before. */
  async endsAfter<Value>(ms: number, under: Promise<Value>): Promise<Value> {
    let over = false
    void under.then(() => {
      over = true
    })
    await this.clock.advance(ms - 1)
    await this.settle()
    if (over) throw new Error(`It ended before ${ms} ms`)
    await this.clock.advance(1)
    await this.settle()
    if (!over) throw new Error(`It does not end within ${ms} ms`)
    return under
  }

  /** The next such answer of the store stands still, read already, until it is let go. */
  holdAnswer(operation: 'revision' | 'load'): Held {
    const held = makeHeld()
    const before = this.store.answering
    this.store.answering = asked => {
      if (asked !== operation) return before(asked)
      this.store.answering = before
      held.reach()
      return held.until
    }
    return held
  }
}

export interface Held {
  /** Resolves when it stands there. */
  readonly reached: Promise<void>
  release(): void
  readonly until: Promise<void>
}

function makeHeld(): Held & { reach(): void } {
  const [there, until] = [gate(), gate()]
  return { reached: there.opened, reach: there.open, release: until.open, until: until.opened }
}

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) {
    world.shared.calling = () => undefined
    world.store.answering = () => undefined
    for (const flags of world.instances.values()) await world.ends(flags.close())
  }
})

/** One with the flag `llm`, which is on, at revision 1; it is closed after the test. */
export function aWorld(): World {
  const world = new World()
  worlds.push(world)
  world.store.putFlag(production, { name: 'llm', enabled: true })
  return world
}

/** What a boolean flag serves, and why; the caller's default is the other way round than what `llm` serves at first. */
export function served(flags: FeatureFlags, name = 'llm'): string {
  const { value, reason } = flags.evaluate(name, false)
  return `${value ? 'on' : 'off'} ${reason}`
}
