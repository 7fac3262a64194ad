import type { CacheOptions } from '#src/cache-options'
import type { RemoteMessage } from '#src/remote/remote-tier'
import type { CallPlan, GatedOperation, MemoryServer } from '#src/testing'
import { Deferred } from './deferred.js'
import type { Engine } from './engine.js'
import type { Call, Node } from './node.js'
import { Oracle } from './oracle.js'
import { Prng } from './prng.js'
import { SimClock, SimTime } from './sim-time.js'
import { type Load, Source, type Version } from './source.js'
import { watch } from './watch.js'

export interface WorldOptions {
  readonly seed?: number
  readonly instances?: number
  readonly partitions?: number
  readonly cache?: CacheOptions
}

export const allKeys = ['u:1', 'u:2', 'd:1', 's:1', 'm:1']
const traceLength = Number(process.env.TRACE ?? 80)

/** Instances of the engine over one second tier and one source, in simulated time: nothing moves unless it is told. */
export class World {
  readonly time = new SimTime()
  readonly source = new Source()
  readonly oracle: Oracle
  readonly server: MemoryServer
  nodes: Node[] = []
  calls: Call[] = []
  trace: string[] = []
  serverStepMs = 0
  readonly deadIds: string[] = []
  /** Calls of `set` and `mset` that have not returned. */
  openSets = 0
  /** Messages come twice; asked for each. */
  duplicates: () => boolean = () => false
  /** Of a directed run: what stays where it is. */
  held: (call: Call) => boolean = () => false
  readonly partitions: number
  readonly #engine: Engine
  readonly #options: WorldOptions
  readonly #random: Prng
  readonly #byId = new Map<string, Node>()
  #born = 0

  constructor(engine: Engine, options: WorldOptions = {}) {
    this.#engine = engine
    this.#options = options
    this.partitions = options.partitions ?? 1
    this.#random = new Prng((options.seed ?? 1) * 7919)
    this.oracle = new Oracle(allKeys, this.partitions)
    this.server = engine.memoryServer({
      clock: new SimClock(this.time),
      partitions: this.partitions,
      random: this.#random.next,
    })
    this.server.gate = operation => this.#gate(operation)
    this.server.messages = ({ to, message }) => this.#deliver(to, message)
    for (let at = 0; at < (options.instances ?? 2); at++) this.start(at)
  }

  /** A process at this place; the one before is dead. */
  start(at: number): Node {
    const clock = new SimClock(this.time)
    const id = `${'ABCDEF'[at]}${this.#born++}`
    const cache = this.#engine.createCacheIn(
      { name: id, remote: this.server.tier(), ...this.#options.cache },
      { clock, random: this.#random.next, instance: id },
    )
    const node: Node = {
      id,
      cache,
      clock,
      bus: [],
      paused: false,
      partitioned: false,
      dead: false,
      localSets: new Map(),
    }
    this.#byId.set(id, node)
    this.nodes[at] = node
    return node
  }

  /** The process at the node's place is another one from now on. */
  crash(node: Node): void {
    node.dead = true
    node.bus = []
    this.deadIds.push(node.id)
    this.source.forget(node.id)
    this.calls = this.calls.filter(call => call.node !== node || call.state === 'sent')
    this.start(this.nodes.indexOf(node))
  }

  log(text: string): void {
    if (this.oracle.bad.length > 0) return
    this.trace.push(`${this.time.nowMs} ${text}`)
    if (this.trace.length > traceLength) this.trace.shift()
  }

  /** Those of calls that were given up included. */
  get setsUnderWay(): boolean {
    return (
      this.openSets > 0 ||
      this.calls.some(({ state, operation }) => state === 'sent' && operation.name === 'set')
    )
  }

  /** All that can go on without the schedule has done so. */
  settle(): Promise<void> {
    return new Promise(resolve => setImmediate(resolve))
  }

  async run(call: Call): Promise<void> {
    call.send.resolve()
    await this.settle()
    if (call.state === 'sent') this.forget(call)
  }

  async answer(call: Call): Promise<void> {
    this.forget(call)
    call.reply.resolve()
    await this.settle()
  }

  forget(call: Call): void {
    this.calls = this.calls.filter(other => other !== call)
  }

  async arrive(node: Node, at = 0): Promise<void> {
    const [message] = node.bus.splice(at, 1)
    message?.arrival.resolve()
    await this.settle()
  }

  moving(call: Call): boolean {
    return (
      !this.held(call) &&
      !call.node.partitioned &&
      !(call.state === 'ran' && (call.node.paused || call.node.dead))
    )
  }

  readSource(load: Load): void {
    this.source.read(load)
    this.log(
      `${load.instance} source read ${[...(load.read as Map<string, Version>).values()].map(({ key, v }) => `${key} v${v}`)}`,
    )
  }

  async answerLoad(load: Load): Promise<void> {
    this.source.answer(load)
    await this.settle()
  }

  node(id: string): Node {
    return this.#byId.get(id) as Node
  }

  /** Whatever is under way arrives, in the order in which it was sent; loads too where `loads` says so. */
  async flush(loads: boolean | (() => boolean) = true, only?: (node: Node) => boolean): Promise<void> {
    await this.settle()
    for (let rounds = 0; rounds < 5000; rounds++) {
      const call = this.calls.find(each => this.moving(each) && (!only || only(each.node)))
      if (call) {
        await (call.state === 'sent' ? this.run(call) : this.answer(call))
        continue
      }
      const node = this.nodes.find(each => each.bus.length > 0 && this.awake(each) && (!only || only(each)))
      if (node) {
        await this.arrive(node)
        continue
      }
      const ends = typeof loads === 'function' ? loads : () => loads
      const load = this.source.loads.find(
        ({ instance }) => !this.node(instance).paused && (!only || only(this.node(instance))),
      )
      if (!load || !ends()) return
      await this.answerLoad(load)
    }
    this.oracle.violation('what is under way never ends')
  }

  awake({ paused, partitioned, dead }: Node): boolean {
    return !paused && !partitioned && !dead
  }

  /** Time goes on. Prompt: whatever is under way arrives meanwhile. */
  async tick(ms: number, prompt: boolean | (() => boolean) = false): Promise<void> {
    const untilMs = this.time.nowMs + ms
    if (prompt) await this.flush(prompt)
    for (;;) {
      let first: Node | undefined
      for (const node of this.nodes)
        if (!node.paused && !node.dead && node.clock.dueMs < (first?.clock.dueMs ?? Number.POSITIVE_INFINITY))
          first = node
      if (!first || first.clock.dueMs > untilMs) break
      this.time.nowMs = Math.max(this.time.nowMs, first.clock.dueMs)
      first.clock.fire()
      await this.settle()
      if (prompt) await this.flush(prompt)
    }
    this.time.nowMs = untilMs
  }

  #gate(operation: GatedOperation): CallPlan {
    const node = this.node(operation.instance)
    const call: Call = { node, operation, state: 'sent', send: new Deferred(), reply: new Deferred() }
    this.calls.push(call)
    const ran = (result: unknown) => {
      call.state = 'ran'
      if (node.dead) this.forget(call)
      watch(this, call, result)
    }
    return { send: call.send.promise, ran, reply: call.reply.promise }
  }

  #deliver(to: string, message: RemoteMessage): 'drop' | { copies: Promise<void>[] } {
    const node = this.node(to)
    if (node.dead) return 'drop'
    const copies = Array.from({ length: this.duplicates() ? 2 : 1 }, () => new Deferred())
    for (const arrival of copies) node.bus.push({ message, arrival })
    return { copies: copies.map(({ promise }) => promise) }
  }
}
