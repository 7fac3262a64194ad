import { directedClock } from './directed-clock.js'
import { directedLoads } from './directed-loads.js'
import { directedReads } from './directed-reads.js'
import { directedServer } from './directed-server.js'
import { directedWrites } from './directed-writes.js'
import type { Engine } from './engine.js'
import { Operations } from './operations.js'
import { type Call, type Node, World } from './world.js'

/** One interleaving, step by step; it breaks no promise unless a guard is gone. */
export interface Directed {
  readonly name: string
  run(stage: Stage): Promise<void>
}

/** Three instances that know each other for longer than a lease. */
export class Stage {
  readonly world: World
  readonly operations: Operations
  readonly a: Node
  readonly b: Node
  readonly c: Node

  constructor(engine: Engine) {
    this.world = new World(engine, { instances: 3, cache: { namespaces: { m: { remote: false } } } })
    this.operations = new Operations(this.world)
    ;[this.a, this.b, this.c] = this.world.nodes as [Node, Node, Node]
  }

  /** Until nothing moves; loads stay where they are. */
  async flush(only?: Node): Promise<void> {
    await this.world.flush(false, only && (node => node === only))
  }

  async pass(ms: number): Promise<void> {
    await this.world.tick(ms, () => false)
  }

  call(name: string, node: Node): Call {
    const call = this.world.calls.find(
      ({ operation, node: from }) => operation.name === name && from === node,
    )
    if (!call) throw new Error(`${node.id} has no call of ${name} under way`)
    return call
  }

  hold(node: Node, ...names: string[]): void {
    this.world.held = ({ operation, node: from }) =>
      from === node && (names.length === 0 || names.includes(operation.name))
  }

  release(): void {
    this.world.held = () => false
  }

  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.world.oracle.violation(otherwise)
  }
}

const all: readonly Directed[] = [
  ...directedReads,
  ...directedWrites,
  ...directedLoads,
  ...directedServer,
  ...directedClock,
]

export const directedNames = all.map(({ name }) => name)

/** What it broke. */
export async function runDirected(engine: Engine, name: string): Promise<readonly string[]> {
  const directed = all.find(each => each.name === name)
  if (!directed) throw new Error(`There is no directed run ${name}`)
  const stage = new Stage(engine)
  await stage.world.settle()
  await stage.pass(2700)
  await directed.run(stage)
  await stage.world.tick(100, true)
  return stage.world.oracle.bad
}
