import { expect, test } from 'vitest'
import { runDirected } from './directed.js'
import { withMutant } from './mutant-engine.js'
import { guardsAtRandom } from './mutations-at-random.js'
import { guardsDirected } from './mutations-directed.js'
import { every, firstRed } from './run-seeds.js'

const seedsToRed = 400

test.each(guardsAtRandom.map(each => [each.guard, each] as const))('red without: %s', async (_, without) => {
  const red = await withMutant(without, engine => firstRed(engine, every(1, 1, seedsToRed)))
  if (process.env.VERBOSE) process.stdout.write(`== ${without.guard} ${red?.seed} ${red?.bad[0]}\n`)
  expect(red?.bad[0]).toBeTruthy()
})

test.each(guardsDirected.map(([run, without]) => [without.guard, run, without] as const))(
  'red without: %s',
  async (_, run, without) => {
    const bad = await withMutant(without, engine => runDirected(engine, run))
    if (process.env.VERBOSE) process.stdout.write(`== ${without.guard} ${bad[0]}\n`)
    expect(bad[0]).toBeTruthy()
  },
)
