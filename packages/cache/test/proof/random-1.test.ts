import { expect, test } from 'vitest'
import { engine } from './engine.js'
import { firstRed, report, seedsOf } from './run-seeds.js'

test('no order of steps and faults breaks a promise', { timeout: 7_200_000 }, async () => {
  const red = await firstRed(engine, seedsOf(1))
  if (red) expect.unreachable(report(red))
})
