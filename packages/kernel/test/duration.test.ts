import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { durationMs } from '#src/duration'

describe('durationMs', () => {
  test.each([
    ['250ms', 250],
    ['0s', 0],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ])('%s is %i milliseconds', (text, ms) => {
    expect(durationMs(text)).toBe(ms)
  })

  test.each([
    '',
    '5',
    'm',
    '-5m',
    '5 m',
    ' 5m',
    '5m ',
    '5M',
    '5min',
    '1e3s',
    'Infinityms',
    '.5s',
    `${'9'.repeat(400)}d`,
  ])("refuses '%s'", text => {
    expect(() => durationMs(text)).toThrow(RangeError)
  })

  test('a unit is as many of the smaller one as clocks have', () => {
    const steps = [
      ['d', 24, 'h'],
      ['h', 60, 'm'],
      ['m', 60, 's'],
      ['s', 1000, 'ms'],
    ] as const
    fc.assert(
      fc.property(fc.nat(10_000), fc.constantFrom(...steps), (count, [large, times, small]) => {
        expect(durationMs(`${count}${large}`)).toBe(durationMs(`${count * times}${small}`))
      }),
      { seed: 1 },
    )
  })
})
