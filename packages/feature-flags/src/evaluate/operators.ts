import { parse as parseVersion, type SemVer } from 'semver'
import type { AttributeCondition, Operator } from '../flag/flag-definition.js'
import { instantOf } from '../flag/instant.js'
import { compilePattern } from '../flag/pattern.js'

/** Whether an attribute that is there is as an operator wants it; false for one of another type. */
export type Test = (attribute: unknown) => boolean

/** What one look at a text with a regular expression may cost, in UTF-16 units; a longer one is an error. */
export const maxPatternText = 4096

/** Of a condition that has been checked. */
export function compileTest({ operator, value, ignoreCase = false }: AttributeCondition): Test {
  return tests[operator](value as never, ignoreCase)
}

const tests: Readonly<Record<Operator, (value: never, ignoreCase: boolean) => Test>> = {
  equals: oneOf,
  notEquals: (value: Scalar, ignoreCase) => noneOf([value], ignoreCase),
  in: (values: readonly Scalar[], ignoreCase) => anyOf(values, ignoreCase),
  notIn: (values: readonly Scalar[], ignoreCase) => noneOf(values, ignoreCase),
  contains,
  startsWith: (value: string, ignoreCase) =>
    onText(value, ignoreCase, (text, start) => text.startsWith(start)),
  endsWith: (value: string, ignoreCase) => onText(value, ignoreCase, (text, end) => text.endsWith(end)),
  matches,
  lessThan: (value: number) => onNumber(number => number < value),
  lessThanOrEqual: (value: number) => onNumber(number => number <= value),
  greaterThan: (value: number) => onNumber(number => number > value),
  greaterThanOrEqual: (value: number) => onNumber(number => number >= value),
  before: (value: string) => onInstant(value, (instant, than) => instant < than),
  after: (value: string) => onInstant(value, (instant, than) => instant > than),
  semverEquals: (value: string) => onVersion(value, order => order === 0),
  semverLessThan: (value: string) => onVersion(value, order => order < 0),
  semverLessThanOrEqual: (value: string) => onVersion(value, order => order <= 0),
  semverGreaterThan: (value: string) => onVersion(value, order => order > 0),
  semverGreaterThanOrEqual: (value: string) => onVersion(value, order => order >= 0),
  exists: () => () => true,
}

type Scalar = string | number | boolean

function oneOf(value: Scalar, ignoreCase: boolean): Test {
  if (typeof value !== 'string' || !ignoreCase) return attribute => attribute === value
  return onText(value, ignoreCase, (text, other) => text === other)
}

function anyOf(values: readonly Scalar[], ignoreCase: boolean): Test {
  const among = setOf(values, ignoreCase)
  return attribute => among.has(comparable(attribute, ignoreCase))
}

function noneOf(values: readonly Scalar[], ignoreCase: boolean): Test {
  const among = setOf(values, ignoreCase)
  const type = typeof values[0]
  return attribute => typeof attribute === type && !among.has(comparable(attribute, ignoreCase))
}

function setOf(values: readonly Scalar[], ignoreCase: boolean): ReadonlySet<unknown> {
  return new Set(values.map(value => comparable(value, ignoreCase)))
}

function comparable(attribute: unknown, ignoreCase: boolean): unknown {
  return ignoreCase && typeof attribute === 'string' ? attribute.toLowerCase() : attribute
}

/** A text within a text, or an element of a list. */
function contains(value: Scalar, ignoreCase: boolean): Test {
  const isEqual = oneOf(value, ignoreCase)
  const isWithin =
    typeof value === 'string' ? onText(value, ignoreCase, (text, inner) => text.includes(inner)) : () => false
  return attribute => {
    if (!Array.isArray(attribute)) return isWithin(attribute)
    // Not by `some`, which the list itself may have.
    for (let at = 0; at < attribute.length; at++) if (isEqual(attribute[at])) return true
    return false
  }
}

function matches(value: string, ignoreCase: boolean): Test {
  const pattern = compilePattern(value, ignoreCase)
  return attribute => {
    if (typeof attribute !== 'string') return false
    if (attribute.length > maxPatternText) throw new RangeError(`a text is over ${maxPatternText} characters`)
    return pattern.test(attribute)
  }
}

function onText(value: string, ignoreCase: boolean, holds: (text: string, value: string) => boolean): Test {
  if (!ignoreCase) return attribute => typeof attribute === 'string' && holds(attribute, value)
  const lower = value.toLowerCase()
  return attribute => typeof attribute === 'string' && holds(attribute.toLowerCase(), lower)
}

function onNumber(holds: (number: number) => boolean): Test {
  return attribute => typeof attribute === 'number' && holds(attribute)
}

function onInstant(value: string, holds: (instant: number, than: number) => boolean): Test {
  const than = instantOf(value)
  return attribute => {
    if (typeof attribute === 'string') return holds(instantOf(attribute), than)
    // The method of all dates, not one that this object may have.
    return attribute instanceof Date && holds(Date.prototype.getTime.call(attribute), than)
  }
}

function onVersion(value: string, holds: (order: number) => boolean): Test {
  const than = parseVersion(value) as SemVer
  return attribute => {
    if (typeof attribute !== 'string') return false
    const version = parseVersion(attribute)
    return version !== null && holds(version.compare(than))
  }
}
