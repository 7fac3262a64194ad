import { directedClock } from './directed-clock.js'
import { directedLoads } from './directed-loads.js'
import { directedReads } from './directed-reads.js'
import { directedServer } from './directed-server.js'
import { directedWrites } from './directed-writes.js'
import type { Engine } from './engine.js'
import { type Directed, Stage } from './stage.js'

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
