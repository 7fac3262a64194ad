import { expect, test } from 'vitest'
import { checkFlag } from '#src/flag/check-flag'
import { flagStaleness } from '#src/flag/staleness'

const dayMs = 86_400_000
const nowMs = Date.parse('2026-11-22T12:00:00Z')
const enabled = { name: 'f', enabled: true }
const when = { attribute: 'x', operator: 'exists' }
const rule = (serve: object, more = {}) => ({ id: 'r', when, serve, ...more })
const two = [
  { name: 'a', value: true },
  { name: 'b', value: true },
]
const unchanged = (days: number, evaluatedDays?: number) => ({
  lastChangedAtMs: nowMs - days * dayMs,
  ...(evaluatedDays !== undefined && { lastEvaluatedAtMs: nowMs - evaluatedDays * dayMs }),
})

test.each<[string, object, ReturnType<typeof unchanged>, string[]]>([
  ['new', enabled, unchanged(0), []],
  ['on for all', enabled, unchanged(40), ['serves-one-variant']],
  ['on for all, lately', enabled, unchanged(39.9), []],
  ['rolled out', { ...enabled, rolloutPercentage: 100 }, unchanged(40), ['serves-one-variant']],
  ['rolling out', { ...enabled, rolloutPercentage: 99.99 }, unchanged(400), []],
  ['rolled out to nobody', { ...enabled, rolloutPercentage: 0 }, unchanged(40), ['serves-one-variant']],
  ['targeted', { ...enabled, targetingRules: [rule({ variant: 'off' })] }, unchanged(400), []],
  [
    'useless rules',
    { ...enabled, targetingRules: [rule({ variant: 'on' })] },
    unchanged(40),
    ['serves-one-variant'],
  ],
  ['split', { ...enabled, variants: two }, unchanged(400), []],
  [
    'split to one',
    {
      ...enabled,
      variants: two,
      defaultVariant: null,
      targetingRules: [rule({ split: [{ variant: 'a', weight: 1 }] })],
    },
    unchanged(400),
    [],
  ],
  ['one of two', { ...enabled, variants: two, defaultVariant: 'a' }, unchanged(40), ['serves-one-variant']],
  [
    'a split with one that has weight',
    { ...enabled, variants: [two[0], { ...two[1], weight: 0 }] },
    unchanged(40),
    ['serves-one-variant'],
  ],
  ['needs another', { ...enabled, prerequisites: [{ flag: 'g', variants: ['on'] }] }, unchanged(400), []],
  ['disabled', { name: 'f' }, unchanged(40), ['disabled']],
  ['disabled lately', { name: 'f' }, unchanged(39), []],
  ['killed', { ...enabled, killed: true }, unchanged(40), ['disabled']],
  ['expired', { ...enabled, expiresAt: '2026-11-22T12:00:00Z' }, unchanged(0), ['expired']],
  ['about to expire', { ...enabled, expiresAt: '2026-11-22T12:00:01Z' }, unchanged(0), []],
  ['not evaluated', enabled, unchanged(31, 30), ['not-evaluated']],
  ['evaluated', enabled, unchanged(31, 29), []],
  [
    'all of it',
    { name: 'f', expiresAt: '2026-01-01' },
    unchanged(99, 99),
    ['expired', 'disabled', 'not-evaluated'],
  ],
  ['permanent', { name: 'f', expiresAt: '2026-01-01', metadata: { permanent: true } }, unchanged(99, 99), []],
  ['permanent as a text', { name: 'f', metadata: { permanent: 'true' } }, unchanged(99), ['disabled']],
  ['archived', { name: 'f', archived: true, expiresAt: '2026-01-01' }, unchanged(99), []],
])('%s', (_, flag, activity, reasons) => {
  expect(flagStaleness(checkFlag(flag), { nowMs, ...activity })).toEqual({
    stale: reasons.length > 0,
    reasons,
  })
})
