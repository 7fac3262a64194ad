import { checkTargetingKey } from './check-condition.js'
import { checkBoolean, checkFields, checkInteger, checkName, invalid, part } from './check-field.js'
import type { Override } from './flag-definition.js'
import { checkFlagValue } from './json-value.js'

/**
 * An override of whatever came in, frozen. Whether its value has the flag's type is checked by `checkSnapshot`.
 * @param field the path of the override in what the caller gave; '' where it is the whole
 * @throws FlagError FLAG_INVALID with the path of the first field that is wrong.
 */
export function checkOverride(input: unknown, field = ''): Override {
  const given = checkFields(input, field, 'override', [
    ...(['flag', 'targetingKey', 'enabled', 'value', 'expiresAtMs'] as const),
  ])
  const enabled = given.enabled ?? null
  const value = given.value ?? null
  const expiresAtMs = given.expiresAtMs ?? null
  if ((enabled === null) === (value === null))
    throw invalid(part(field, 'enabled'), 'or value must be given, and not both', 'Give one of them')
  return Object.freeze({
    flag: checkName(given.flag, part(field, 'flag')),
    targetingKey: checkTargetingKey(given.targetingKey, part(field, 'targetingKey')),
    enabled: enabled === null ? null : checkBoolean(enabled, part(field, 'enabled')),
    value: value === null ? null : checkFlagValue(value, part(field, 'value')),
    expiresAtMs:
      expiresAtMs === null
        ? null
        : checkInteger(expiresAtMs, part(field, 'expiresAtMs'), Number.MAX_SAFE_INTEGER),
  })
}
