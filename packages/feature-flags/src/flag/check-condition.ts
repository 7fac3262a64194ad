import { parse as parseVersion } from 'semver'
import {
  checkBoolean,
  checkFields,
  checkInstant,
  checkList,
  checkName,
  checkText,
  checkUnique,
  invalid,
  isPlainObject,
  part,
} from './check-field.js'
import { type Condition, type JsonValue, type Operator, operators } from './flag-definition.js'
import { flagLimits } from './flag-limits.js'
import { compilePattern } from './pattern.js'

type Scalar = string | number | boolean

/** What each operator compares with. */
const operandChecks: Readonly<
  Record<Operator, (input: unknown, field: string, ignoreCase: boolean) => JsonValue>
> = {
  equals: checkScalar,
  notEquals: checkScalar,
  in: checkScalars,
  notIn: checkScalars,
  contains: checkElement,
  startsWith: checkFragment,
  endsWith: checkFragment,
  matches: checkPattern,
  lessThan: checkNumber,
  lessThanOrEqual: checkNumber,
  greaterThan: checkNumber,
  greaterThanOrEqual: checkNumber,
  before: checkInstant,
  after: checkInstant,
  semverEquals: checkVersion,
  semverLessThan: checkVersion,
  semverLessThanOrEqual: checkVersion,
  semverGreaterThan: checkVersion,
  semverGreaterThanOrEqual: checkVersion,
  exists: checkScalar,
}

const mayIgnoreCase: ReadonlySet<Operator> = new Set([
  ...(['equals', 'notEquals', 'in', 'notIn', 'contains', 'startsWith', 'endsWith', 'matches'] as const),
])

/** How many conditions may still come; one count for all rules of a flag. */
export interface ConditionBudget {
  left: number
}

/** @throws FlagError FLAG_INVALID. */
export function checkCondition(input: unknown, field: string, budget: ConditionBudget, depth = 1): Condition {
  if (depth > flagLimits.conditionDepth)
    throw invalid(
      field,
      `is nested deeper than ${flagLimits.conditionDepth} levels`,
      'Put the inner part into a segment',
    )
  if (--budget.left < 0)
    throw invalid(
      field,
      `is one condition more than the ${flagLimits.conditions} that may be`,
      'Use a list, or put a part into a segment',
    )
  const kind = isPlainObject(input) ? Object.keys(input)[0] : undefined
  const inner = (value: unknown, name: string) => checkCondition(value, name, budget, depth + 1)
  if (kind === 'all' || kind === 'any') {
    const list = checkFields(input, field, 'when', [kind])[kind]
    const path = part(field, kind)
    const conditions = checkList(list, path, 1, flagLimits.conditions).map((value, at) =>
      inner(value, part(path, at)),
    )
    return kind === 'all' ? { all: conditions } : { any: conditions }
  }
  if (kind === 'not')
    return { not: inner(checkFields(input, field, 'when', ['not']).not, part(field, 'not')) }
  if (kind === 'segment')
    return {
      segment: checkName(checkFields(input, field, 'when', ['segment']).segment, part(field, 'segment')),
    }
  return checkAttribute(input, field)
}

function checkAttribute(input: unknown, field: string): Condition {
  const given = checkFields(input, field, 'when', ['attribute', 'operator', 'value', 'ignoreCase'])
  const attribute = checkText(given.attribute, part(field, 'attribute'), 1, flagLimits.nameLength)
  const operator = given.operator as Operator
  if (!operators.includes(operator))
    throw invalid(part(field, 'operator'), 'is no operator', `Operators are ${operators.join(', ')}`)
  const ignoreCase = checkBoolean(given.ignoreCase ?? false, part(field, 'ignoreCase'))
  if (ignoreCase && !mayIgnoreCase.has(operator))
    throw invalid(part(field, 'ignoreCase'), `means nothing to ${operator}`, 'Leave it out')
  const valueField = part(field, 'value')
  if (operator === 'exists') {
    if (given.value !== undefined)
      throw invalid(
        valueField,
        'means nothing to exists',
        'Leave it out; put the condition into a not for its opposite',
      )
    return { attribute, operator }
  }
  const value = operandChecks[operator](given.value, valueField, ignoreCase)
  return { attribute, operator, value, ...(ignoreCase && { ignoreCase }) }
}

function checkScalar(input: unknown, field: string): Scalar {
  if (typeof input === 'boolean' || (typeof input === 'number' && Number.isFinite(input))) return input
  if (typeof input === 'string') return checkText(input, field, 0, flagLimits.textLength)
  throw invalid(field, 'must be a text, a finite number, true or false', 'For one of several use in')
}

function checkElement(input: unknown, field: string): Scalar {
  return input === '' ? checkFragment(input, field) : checkScalar(input, field)
}

function checkScalars(input: unknown, field: string): readonly Scalar[] {
  const values = checkList(input, field, 1, flagLimits.listValues).map((value, at) =>
    checkScalar(value, part(field, at)),
  )
  const odd = values.findIndex(value => typeof value !== typeof values[0])
  if (odd > 0)
    throw invalid(
      part(field, odd),
      'is of another type than the first of the list',
      'Use a condition for each type',
    )
  return values
}

/** An empty one would hold for every text. */
function checkFragment(input: unknown, field: string): string {
  return checkText(input, field, 1, flagLimits.textLength)
}

function checkNumber(input: unknown, field: string): number {
  if (typeof input === 'number' && Number.isFinite(input)) return input
  throw invalid(field, 'must be a finite number', 'Write it without quotes')
}

function checkVersion(input: unknown, field: string): string {
  if (typeof input === 'string' && parseVersion(input) !== null) return input
  throw invalid(field, 'must be a semantic version', 'Write it as 1.2.3 or 1.2.3-beta.1')
}

function checkPattern(input: unknown, field: string, ignoreCase: boolean): string {
  const { patternBytes, patternInstructions } = flagLimits
  const source = checkText(input, field, 1, patternBytes)
  if (Buffer.byteLength(source) > patternBytes)
    throw invalid(field, `is over ${patternBytes} bytes`, 'Split it into several conditions')
  let instructions: number
  try {
    instructions = compilePattern(source, ignoreCase).programSize()
  } catch {
    throw invalid(
      field,
      'is no regular expression of RE2',
      'Leave out backreferences and lookarounds, which take more than linear time',
    )
  }
  if (instructions > patternInstructions)
    throw invalid(
      field,
      `becomes ${instructions} instructions, over the limit of ${patternInstructions}`,
      'Repeat fewer times',
    )
  return source
}

/** @throws FlagError FLAG_INVALID. */
export function checkTargetingKeys(input: unknown, field: string): readonly string[] {
  const keys = checkList(input, field, 0, flagLimits.listValues).map((key, at) =>
    checkTargetingKey(key, part(field, at)),
  )
  checkUnique(keys, at => part(field, at))
  return keys
}

/** @throws FlagError FLAG_INVALID. */
export function checkTargetingKey(input: unknown, field: string): string {
  return checkText(input, field, 1, flagLimits.textLength)
}
