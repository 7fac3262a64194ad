import { describe, expect, test } from 'vitest'
import { directedNames, runDirected } from './directed.js'
import { engine } from './engine.js'
import { withMutant } from './mutant-engine.js'
import { guardsDirected } from './mutations-directed.js'

describe('holds when', () => {
  test.each(directedNames)('%s', async name => {
    expect(await runDirected(engine, name)).toEqual([])
  })
})

describe('is red without:', () => {
  test.each(guardsDirected.map(([run, without]) => [without.guard, run, without] as const))(
    '%s',
    async (_, run, without) => {
      const bad = await withMutant(without, broken => runDirected(broken, run))
      expect(bad[0]).toBeTypeOf('string')
    },
  )
})
