import { expect, test } from 'vitest'
import { isCurrent } from '#src/cache/is-current'

test('a look just now that found nothing old', () => {
  expect(isCurrent({ lookedAtMs: 1000, lagMs: 0 }, 1000)).toBe(true)
  expect(isCurrent({ lookedAtMs: 1000, lagMs: 300 }, 1400)).toBe(true)
})

test.each([
  ['no look yet', { lookedAtMs: undefined, lagMs: undefined }, 0],
  ['a look that is too old', { lookedAtMs: 1000, lagMs: 0 }, 1401],
  ['a change that waits', { lookedAtMs: 1000, lagMs: 301 }, 1000],
])('%s is not current', (_, stats, nowMs) => {
  expect(isCurrent(stats, nowMs)).toBe(false)
})
