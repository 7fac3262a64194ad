import { checkCondition, checkTargetingKeys } from './check-condition.js'
import { checkFields, checkName, part } from './check-field.js'
import type { JsonValue, Segment } from './flag-definition.js'
import { flagLimits } from './flag-limits.js'
import { frozenCopy } from './json-value.js'

/**
 * A segment of whatever came in, frozen, with what was left out filled in.
 * @param field the path of the segment in what the caller gave; '' where it is the whole
 * @throws FlagError FLAG_INVALID with the path of the first field that is wrong.
 */
export function checkSegment(input: unknown, field = ''): Segment {
  const given = checkFields(input, field, 'segment', ['name', 'when', 'included', 'excluded'])
  const when = given.when ?? null
  const segment: Segment = {
    name: checkName(given.name, part(field, 'name')),
    when: when === null ? null : checkCondition(when, part(field, 'when'), { left: flagLimits.conditions }),
    included: checkTargetingKeys(given.included ?? [], part(field, 'included')),
    excluded: checkTargetingKeys(given.excluded ?? [], part(field, 'excluded')),
  }
  return frozenCopy(segment as unknown as JsonValue) as unknown as Segment
}
