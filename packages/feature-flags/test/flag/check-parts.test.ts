import { expect, test } from 'vitest'
import { checkOverride } from '#src/flag/check-override'
import { checkSegment } from '#src/flag/check-segment'

test('a segment', () => {
  expect(checkSegment({ name: 's' })).toEqual({ name: 's', when: null, included: [], excluded: [] })
  const full = { name: 's', when: { not: { segment: 't' } }, included: ['a', 'ü'], excluded: ['b'] }
  expect(checkSegment(full)).toEqual(full)
})

test.each([
  ['when', { name: 's', when: 1 }],
  ['included', { name: 's', included: 'a' }],
  ['included[1]', { name: 's', included: ['a', ''] }],
  ['excluded[1]', { name: 's', excluded: ['a', 'a'] }],
  ['members', { name: 's', members: [] }],
])('a segment with a wrong %s is refused', (field, input) => {
  expect(() => checkSegment(input)).toThrow(expect.objectContaining({ code: 'FLAG_INVALID', field }))
})

test('an override', () => {
  const named = { flag: 'f', targetingKey: 'ada' }
  const full = { ...named, enabled: null, value: null, expiresAtMs: null }
  expect(checkOverride({ ...named, enabled: false })).toEqual({ ...full, enabled: false })
  expect(checkOverride({ ...named, value: 0, expiresAtMs: 5 })).toEqual({ ...full, value: 0, expiresAtMs: 5 })
})

test.each([
  ['enabled', {}],
  ['enabled', { enabled: true, value: 1 }],
  ['enabled', { enabled: 1 }],
  ['targetingKey', { enabled: true, targetingKey: '' }],
  ['flag', { enabled: true, flag: 'a b' }],
  ['expiresAtMs', { enabled: true, expiresAtMs: '2026-01-01' }],
  ['reason', { enabled: true, reason: 'x' }],
])('an override with a wrong %s is refused', (field, input) => {
  expect(() => checkOverride({ flag: 'f', targetingKey: 'ada', ...input })).toThrow(
    expect.objectContaining({ code: 'FLAG_INVALID', field }),
  )
})
