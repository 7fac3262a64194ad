import type { Engine } from './engine.js'
import type { Call, Node } from './node.js'
import { Operations } from './operations.js'
import { World } from './world.js'

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
