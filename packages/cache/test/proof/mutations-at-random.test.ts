import { expect, test } from 'vitest'
import { withMutant } from './mutant-engine.js'
import { guardsAtRandom } from './mutations-at-random.js'
import { every, firstRed } from './run-seeds.js'

const seedsToRed = 400

test.each(guardsAtRandom.map(each => [each.guard, each] as const))('red without: %s', async (_, without) => {
  const red = await withMutant(without, engine => firstRed(engine, every(1, 1, seedsToRed)))
  expect(red?.bad[0]).toBeTypeOf('string')
})
