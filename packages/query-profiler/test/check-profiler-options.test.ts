import { expect, test } from 'vitest'
import { checkProfilerOptions } from '#src/check-profiler-options'

test('what is not given has its default', () => {
  expect(checkProfilerOptions({})).toEqual({
    slowQueryThresholdMs: 100,
    nPlusOneThreshold: 10,
    maxStatements: 1000,
    explain: 'plan',
    explainWithParameters: false,
  })
})

test.each([
  ['slowQueryThresholdMs', 0],
  ['slowQueryThresholdMs', '100'],
  ['slowQueryThresholdMs', Number.NaN],
  ['nPlusOneThreshold', 1],
  ['nPlusOneThreshold', 2.5],
  ['maxStatements', 9],
  ['maxStatements', Number.POSITIVE_INFINITY],
  ['explain', 'yes'],
  ['explain', null],
  ['explainWithParameters', 1],
  ['connectionSetUp', true],
  ['logger', () => {}],
  ['treshold', 10],
])('%s: %s is refused, and named', (field, value) => {
  expect(() => checkProfilerOptions({ [field]: value })).toThrow(
    expect.objectContaining({ code: 'PROFILER_OPTION_INVALID', field }),
  )
})

test('options that are no object are refused', () => {
  expect(() => checkProfilerOptions(null as never)).toThrow(
    expect.objectContaining({ code: 'PROFILER_OPTION_INVALID' }),
  )
})
