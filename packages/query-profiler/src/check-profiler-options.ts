import { guardedLogger } from './guarded-logger.js'
import { ProfilerError } from './profiler-error.js'
import type { ExplainMode, ProfilerOptions } from './profiler-options.js'

export type ProfilerSettings = Required<Omit<ProfilerOptions, 'logger' | 'connectionSetUp'>> &
  Pick<ProfilerOptions, 'logger' | 'connectionSetUp'>

const limits = {
  slowQueryThresholdMs: { from: 1, to: 600_000, byDefault: 100 },
  nPlusOneThreshold: { from: 2, to: 10_000, byDefault: 10 },
  maxStatements: { from: 10, to: 100_000, byDefault: 1000 },
} as const
const explainModes: readonly ExplainMode[] = ['off', 'plan', 'analyze']
const known = new Set([
  ...Object.keys(limits),
  'explain',
  'explainWithParameters',
  'connectionSetUp',
  'logger',
])

/** @throws ProfilerError PROFILER_OPTION_INVALID that names the option and its limits. */
export function checkProfilerOptions(options: ProfilerOptions): ProfilerSettings {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'an object')
  for (const name of Object.keys(options)) if (!known.has(name)) throw unknown(name)
  const { explain = 'plan', explainWithParameters = false, connectionSetUp, logger } = options
  if (!explainModes.includes(explain)) throw invalid('explain', `one of ${explainModes.join(', ')}`)
  if (typeof explainWithParameters !== 'boolean') throw invalid('explainWithParameters', 'true or false')
  if (logger !== undefined && typeof logger?.warn !== 'function')
    throw invalid('logger', 'an object with a method warn(fields, message)')
  if (connectionSetUp !== undefined && typeof connectionSetUp !== 'string')
    throw invalid('connectionSetUp', 'a text of SQL')
  return {
    slowQueryThresholdMs: numberOf('slowQueryThresholdMs', options),
    nPlusOneThreshold: numberOf('nPlusOneThreshold', options),
    maxStatements: numberOf('maxStatements', options),
    explain,
    explainWithParameters,
    ...(connectionSetUp !== undefined && { connectionSetUp }),
    ...(logger && { logger: guardedLogger(logger) }),
  }
}

function numberOf(name: keyof typeof limits, options: ProfilerOptions): number {
  const { from, to, byDefault } = limits[name]
  const value = options[name] ?? byDefault
  const isWhole = name === 'slowQueryThresholdMs' || Number.isInteger(value)
  if (typeof value !== 'number' || !isWhole || !(value >= from && value <= to))
    throw invalid(name, `a ${name === 'slowQueryThresholdMs' ? '' : 'whole '}number from ${from} to ${to}`)
  return value
}

function invalid(field: string, expected: string): ProfilerError {
  return new ProfilerError('PROFILER_OPTION_INVALID', `${field} must be ${expected}`, { field })
}

function unknown(field: string): ProfilerError {
  return new ProfilerError('PROFILER_OPTION_INVALID', `There is no option ${field}`, {
    field,
    remedy: `Options are ${[...known].join(', ')}`,
  })
}
