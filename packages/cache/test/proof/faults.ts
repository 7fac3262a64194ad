import type { MemorySnapshot } from '#src/testing'
import type { Node } from './node.js'
import type { Prng } from './prng.js'
import type { FaultKind } from './profile.js'
import type { World } from './world.js'

const evicted = ['value', 'value', 'lease', 'mark', 'meta', 'registry'] as const

/** What goes wrong beside lost, late, repeated and reordered messages. */
export class Faults {
  readonly #world: World
  readonly #random: Prng
  readonly #kinds: readonly FaultKind[]
  #snapshot: MemorySnapshot | undefined

  constructor(world: World, random: Prng, kinds: readonly FaultKind[]) {
    this.#world = world
    this.#random = random
    this.#kinds = kinds
  }

  async step(): Promise<void> {
    const node = this.#random.pick(this.#world.nodes)
    switch (this.#random.pick(this.#kinds)) {
      case 'pause':
        this.#pause(node)
        break
      case 'partition':
        this.#partition(node)
        break
      case 'cut':
        this.#cut(node)
        break
      case 'bus':
        this.#cutBus(node)
        break
      case 'restart':
        if (this.#random.chance(0.5)) this.#snapshot = this.#world.server.snapshot()
        else this.#restart()
        break
      case 'crash':
        if (this.#random.chance(0.5)) this.#crash(node)
        break
      case 'clock':
        this.#stepClock(node)
        break
      case 'evict':
        this.#evict()
    }
    await this.#world.settle()
  }

  /** All is well again. */
  async end(): Promise<void> {
    for (const node of this.#world.nodes) {
      node.paused = false
      node.partitioned = false
      const link = this.#world.server.link(node.id)
      link.reconnectBus()
      link.reconnect()
      await this.#world.settle()
    }
  }

  #pause(node: Node): void {
    node.paused = !node.paused
    this.#world.log(`${node.id} ${node.paused ? 'stopped' : 'goes on'}`)
  }

  #partition(node: Node): void {
    node.partitioned = !node.partitioned
    this.#world.log(`${node.id} ${node.partitioned ? 'partitioned' : 'reachable'}`)
  }

  #cut(node: Node): void {
    if (!this.#world.awake(node)) return
    const link = this.#world.server.link(node.id)
    if (this.#random.chance(0.5)) link.reconnect()
    else {
      link.cut()
      this.#world.log(`${node.id} connection cut`)
    }
  }

  #cutBus(node: Node): void {
    if (!this.#world.awake(node)) return
    const link = this.#world.server.link(node.id)
    if (this.#random.chance(0.5)) link.reconnectBus()
    else {
      node.bus = []
      link.cutBus()
      this.#world.log(`${node.id} bus cut`)
    }
  }

  #restart(): void {
    const { server, nodes } = this.#world
    const random = this.#random
    const unnoticed = nodes.filter(node => !this.#world.awake(node) || random.chance(0.3)).map(({ id }) => id)
    const dead = this.#world.deadIds
    const values = random.pick(['kept', 'lost', 'snapshot', 'snapshot'] as const)
    this.#world.log(`restart ${values}, unnoticed by ${unnoticed}`)
    for (const node of nodes) if (!unnoticed.includes(node.id)) node.bus = []
    server.restart({
      values: values === 'snapshot' ? (this.#snapshot ?? 'kept') : values,
      unnoticed: [...unnoticed, ...dead],
    })
    this.#world.oracle.leasesLost()
  }

  #crash(node: Node): void {
    this.#world.log(`${node.id} crashed`)
    this.#world.crash(node)
  }

  #stepClock(node: Node): void {
    const ms = this.#random.pick([-5000, 5000, 12_000])
    if (this.#random.chance(0.5)) {
      this.#world.log(`the server's clock steps ${ms}`)
      this.#world.server.stepClock(ms)
      this.#world.serverStepMs += ms
    } else {
      this.#world.log(`${node.id} wall time steps ${ms}`)
      node.clock.wallStepMs += ms
    }
  }

  #evict(): void {
    const what = this.#random.pick(evicted)
    // A mark outlives what is under way: a server evicts what was used least recently.
    if (what === 'mark' && this.#world.setsUnderWay) return
    const partition = this.#random.below(this.#world.partitions)
    this.#world.log(`evicted ${what} of ${partition}`)
    this.#world.server.evict(what, partition)
    if (what === 'lease' || what === 'meta') this.#world.oracle.leasesLost()
  }
}
