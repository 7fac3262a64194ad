import { checkFields, checkInteger, checkList, checkName, checkUnique, invalid, part } from './check-field.js'
import { checkFlag } from './check-flag.js'
import { checkOverride } from './check-override.js'
import { checkReferences } from './check-references.js'
import { checkSegment } from './check-segment.js'
import type { FlagDefinition, FlagSnapshot, Override } from './flag-definition.js'
import { flagLimits } from './flag-limits.js'
import { jsonTypeOf, jsonTypeOfFlag } from './json-value.js'

/**
 * All of an environment of whatever came in, frozen, with what was left out filled in: of a file, of a cache, or with a change that
 * is about to be stored. Flags, segments and overrides fit each other, and no flag needs itself.
 * @throws FlagError FLAG_INVALID with the path of the first field that is wrong.
 */
export function checkSnapshot(input: unknown): FlagSnapshot {
  const given = checkFields(input, '', 'snapshot', [
    'environment',
    'revision',
    'flags',
    'segments',
    'overrides',
  ])
  const each = <Item>(
    name: 'flags' | 'segments' | 'overrides',
    check: (item: unknown, field: string) => Item,
  ): readonly Item[] =>
    Object.freeze(
      checkList(given[name] ?? [], name, 0, flagLimits[name]).map((item, at) => check(item, part(name, at))),
    )
  const snapshot: FlagSnapshot = Object.freeze({
    environment: checkName(given.environment, 'environment'),
    revision: checkInteger(given.revision ?? 0, 'revision', Number.MAX_SAFE_INTEGER),
    flags: each('flags', checkFlag),
    segments: each('segments', checkSegment),
    overrides: each('overrides', checkOverride),
  })
  for (const kind of ['flags', 'segments'] as const)
    checkUnique(
      snapshot[kind].map(({ name }) => name),
      at => part(part(kind, at), 'name'),
    )
  checkOverrides(snapshot)
  checkReferences(snapshot)
  return snapshot
}

function checkOverrides({ flags, overrides }: FlagSnapshot): void {
  const byName = new Map(flags.map(flag => [flag.name, flag]))
  for (const [at, override] of overrides.entries()) {
    const field = part('overrides', at)
    const flag = byName.get(override.flag)
    if (!flag) throw invalid(part(field, 'flag'), 'is no flag of the environment', 'Make the flag first')
    checkOverrideValue(override, flag, field)
  }
  checkUnique(
    overrides.map(({ flag, targetingKey }) => `${flag} ${targetingKey}`),
    at => part('overrides', at),
  )
}

/** Whether a flag has, or may serve, what an override says. @throws FlagError FLAG_INVALID. */
export function checkOverrideValue({ enabled, value }: Override, flag: FlagDefinition, field = ''): void {
  if (enabled && flag.value === null && flag.type !== 'boolean')
    throw invalid(
      part(field, 'enabled'),
      'is on, for which the flag has no value',
      'Give the flag a value, or the override one',
    )
  if (value === null) return
  const known = flag.value ?? flag.variants[0]?.value ?? flag.defaultValue
  const expected = jsonTypeOfFlag(flag.type) ?? (known === null ? undefined : jsonTypeOf(known))
  if (expected !== undefined && jsonTypeOf(value) !== expected)
    throw invalid(
      part(field, 'value'),
      `must be ${expected === 'object' ? 'an object or a list' : `a ${expected}`}`,
      'Give what the flag serves',
    )
}
