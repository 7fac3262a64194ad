import type { Clock } from '@voiceassist/kernel'
import { FakeClock, type Gate, gate } from '@voiceassist/testkit'
import { createCacheIn } from '#src/create-cache'
import type { Cache, CacheOptions } from '#src/index'
import { type GatedOperation, type MemoryServer, memoryServer, type RemoteOperation } from '#src/testing'

/** A call, or a loader, that stands still at a point until the test goes on. */
export interface Held {
  /** Resolves when it stands there. */
  readonly reached: Promise<void>
  release(): void
  /** The call fails there. */
  lose(): void
}

interface Hold extends Held {
  readonly instance: string
  readonly name: RemoteOperation['name']
  readonly at: 'send' | 'reply'
  readonly there: Gate
  readonly until: Promise<void>
}

/** Several instances on one second tier of this process, with one clock that stands still. */
export class Cluster {
  readonly clock = new FakeClock()
  readonly server: MemoryServer
  readonly caches = new Map<string, Cache>()
  /** What loaders read. */
  readonly source = new Map<string, unknown>()
  readonly operations: GatedOperation[] = []
  /** How often each key was read from the source. */
  readonly loads: string[] = []
  #holds: Hold[] = []

  constructor(partitions = 2) {
    this.server = memoryServer({ clock: this.clock, partitions, random: seeded(1) })
    this.server.gate = operation => {
      this.operations.push(operation)
      const hold = this.#holds.find(
        each => each.instance === operation.instance && each.name === operation.name,
      )
      if (!hold) return undefined
      this.#holds = this.#holds.filter(each => each !== hold)
      if (hold.at === 'reply') return { reply: hold.until, ran: () => hold.there.open() }
      hold.there.open()
      return { send: hold.until }
    }
  }

  async open(instance: string, options: CacheOptions = {}, clock: Clock = this.clock): Promise<Cache> {
    const cache = createCacheIn(
      { remote: this.server.tier(), ...options },
      { clock, random: seeded(instance.charCodeAt(0)), instance },
    )
    this.caches.set(instance, cache)
    await this.settle()
    return cache
  }

  /** The next such call of the instance. */
  hold(instance: string, name: RemoteOperation['name'], at: 'send' | 'reply' = 'reply'): Held {
    const there = gate()
    const { promise, resolve, reject } = withResolvers()
    promise.catch(() => {})
    const held: Hold = {
      instance,
      name,
      at,
      there,
      until: promise,
      reached: there.opened,
      release: resolve,
      lose: () => reject(new Error('lost by the test')),
    }
    this.#holds.push(held)
    return held
  }

  /** A point in a test's own function. */
  pause(): Held & { here(): Promise<void> } {
    const there = gate()
    const { promise, resolve, reject } = withResolvers()
    promise.catch(() => {})
    const here = () => {
      there.open()
      return promise
    }
    return {
      here,
      reached: there.opened,
      release: resolve,
      lose: () => reject(new Error('lost by the test')),
    }
  }

  /** A loader that reads the source and then stands still. */
  reading(key: string): Held & { loader(): Promise<unknown> } {
    const pause = this.pause()
    const loader = async () => {
      const value = this.read(key)
      await pause.here()
      return value
    }
    return { ...pause, loader }
  }

  read(key: string): unknown {
    this.loads.push(key)
    return this.source.get(key)
  }

  /** What goes on without time has gone on. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) await new Promise(resolve => setImmediate(resolve))
  }

  /** In steps, so that heartbeats come in between. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) await this.clock.advance(Math.min(100, left))
    await this.settle()
  }

  /** What needs time to end, such as a wait for the second tier, gets it. */
  async ends<Value>(under: Promise<Value>): Promise<Value> {
    let over = false
    const end = () => {
      over = true
    }
    under.then(end, end)
    await this.settle()
    for (let step = 0; step < 400 && !over; step++) await this.pass(50)
    if (!over) throw new Error('It does not end within 20 seconds')
    return under
  }

  /** Everything that any tier of any instance answers for the key: memory, then the second tier, then memory again. */
  async everywhere(key: string): Promise<unknown[]> {
    const found: unknown[] = []
    for (const options of [undefined, { memory: false }, undefined])
      for (const cache of this.caches.values()) {
        found.push(await this.ends(cache.get(key, options)))
        found.push(...(await this.ends(cache.mget([key], options))).values())
      }
    return [...new Set(found)].filter(value => value !== undefined)
  }

  async close(): Promise<void> {
    this.#holds = []
    for (const cache of this.caches.values()) await this.ends(cache.close())
  }
}

/** Pseudo-random numbers that are the same in each run. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

function withResolvers() {
  let resolve = () => {}
  let reject = (_: unknown) => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
