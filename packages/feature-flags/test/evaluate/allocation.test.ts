import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const child = fileURLToPath(new URL('./evaluations-child.mjs', import.meta.url))
// Room for all that a million evaluations could leave, so that nothing is collected before it is counted.
const flags = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128']

test('a million evaluations allocate nothing for each, and keep nothing', () => {
  const { on, allocatedBytes, keptBytes } = JSON.parse(
    execFileSync(process.execPath, [...flags, child], { encoding: 'utf8' }),
  )
  expect(on).toBe(644_000)
  // The smallest object is of 16 bytes: one in every tenth evaluation would be seen.
  expect(allocatedBytes).toBeLessThan(1_000_000)
  expect(keptBytes).toBeLessThan(500_000)
}, 60_000)
