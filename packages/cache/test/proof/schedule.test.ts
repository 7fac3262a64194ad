import { expect, test } from 'vitest'
import { engine } from './engine.js'
import { withMutant } from './mutant-engine.js'
import { runSeed } from './schedule.js'

test('a seed repeats its run, step by step', async () => {
  for (const seed of [3, 8, 42]) expect(await runSeed(engine, seed)).toEqual(await runSeed(engine, seed))
})

test('the copy that mutations change behaves as the engine does', async () => {
  const none = { guard: 'none', edits: [] }
  await withMutant(none, async copy => {
    for (const seed of [5, 16]) expect(await runSeed(copy, seed)).toEqual(await runSeed(engine, seed))
  })
})

test('runs come to what they are for', async () => {
  const sums: Record<string, number> = {}
  for (let seed = 1; seed <= 60; seed++)
    for (const [name, count] of Object.entries((await runSeed(engine, seed)).stats))
      sums[name] = (sums[name] ?? 0) + count
  for (const name of ['reads', 'fills', 'sets', 'acknowledged', 'refused', 'loads'])
    expect(sums[name], name).toBeGreaterThan(20)
})
