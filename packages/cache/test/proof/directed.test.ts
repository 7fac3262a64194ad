import { expect, test } from 'vitest'
import { directedNames, runDirected } from './directed.js'
import { engine } from './engine.js'

test.each(directedNames)('%s', async name => {
  expect(await runDirected(engine, name)).toEqual([])
})
