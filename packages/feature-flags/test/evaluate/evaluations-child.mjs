// Run with --expose-gc and a young generation that a run does not fill: what was allocated is still there when it is measured.

import { compileSnapshot } from '../../dist/evaluate/compile-snapshot.js'
import { checkSnapshot } from '../../dist/flag/check-snapshot.js'

const variants = [
  { name: 'a', value: { colour: 'red' } },
  { name: 'b', value: { colour: 'blue' } },
]
const when = {
  all: [
    { attribute: 'role', operator: 'in', value: ['doctor', 'nurse'] },
    { not: { attribute: 'age', operator: 'lessThan', value: 18 } },
    { segment: 'north' },
  ],
}
const snapshot = compileSnapshot(
  checkSnapshot({
    environment: 'test',
    flags: [
      { name: 'static', enabled: true },
      { name: 'rollout', enabled: true, rolloutPercentage: 50 },
      { name: 'split', type: 'json', defaultValue: {}, enabled: true, variants, rolloutPercentage: 70 },
      {
        ...{ name: 'ruled', type: 'json', defaultValue: {}, enabled: true, variants, defaultVariant: 'a' },
        prerequisites: [{ flag: 'static', variants: ['on'] }],
        targetingRules: [{ id: 'r', when, serve: { variant: 'b' }, rolloutPercentage: 30 }],
      },
      { name: 'off', enabled: false },
    ],
    segments: [{ name: 'north', when: { attribute: 'city', operator: 'startsWith', value: 'K' } }],
    overrides: [{ flag: 'split', targetingKey: 'user-7', enabled: false, expiresAtMs: 5000 }],
  }),
)
const contexts = Array.from({ length: 500 }, (_, at) => ({
  ...{ targetingKey: `user-${at}`, role: at % 2 === 0 ? 'nurse' : 'guest', age: at % 90, city: 'Kiel' },
}))
const defaults = { static: false, rollout: false, split: {}, ruled: {}, off: false }
const names = Object.keys(defaults)

/** @param {number} count */
function evaluate(count) {
  let on = 0
  for (let at = 0; at < count; at++) {
    const name = names[at % names.length]
    const context = contexts[at % contexts.length]
    const { variant } = snapshot.evaluate(name, defaults[name], context, 1000, (at & 8) === 0)
    if (variant !== 'off' && snapshot.isOn(name, context, 1000)) on++
  }
  return on
}

evaluate(300_000)
globalThis.gc()
const before = process.memoryUsage().heapUsed
const on = evaluate(1_000_000)
const allocatedBytes = process.memoryUsage().heapUsed - before
globalThis.gc()
const keptBytes = process.memoryUsage().heapUsed - before
process.stdout.write(JSON.stringify({ on, allocatedBytes, keptBytes }))
