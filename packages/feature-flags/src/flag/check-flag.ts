import {
  checkBoolean,
  checkFields,
  checkInstant,
  checkInteger,
  checkList,
  checkName,
  checkPercentage,
  checkText,
  checkUnique,
  invalid,
  isPlainObject,
  part,
} from './check-field.js'
import { checkRules, checkVariants, checkWeights, VariantNames } from './check-rule.js'
import {
  type FlagDefinition,
  type FlagType,
  type FlagValue,
  flagTypes,
  type JsonValue,
  type Prerequisite,
  type Variant,
} from './flag-definition.js'
import { flagLimits } from './flag-limits.js'
import { checkFlagValue, checkJson, frozenCopy, jsonTypeOf, jsonTypeOfFlag } from './json-value.js'

const fields = [
  ...(['name', 'description', 'type', 'enabled', 'killed', 'archived', 'value', 'defaultValue'] as const),
  ...(['variants', 'defaultVariant', 'targetingRules', 'rolloutPercentage', 'rolloutSalt'] as const),
  ...(['prerequisites', 'owner', 'expiresAt', 'metadata', 'revision'] as const),
]

/**
 * A flag of whatever came in, frozen, with what was left out filled in: a boolean flag that is not enabled, `on` true, `off` false.
 * What a flag says of other flags and of segments is checked by `checkSnapshot`.
 * @param field the path of the flag in what the caller gave; '' where it is the whole
 * @throws FlagError FLAG_INVALID with the path of the first field that is wrong.
 */
export function checkFlag(input: unknown, field = ''): FlagDefinition {
  const given = checkFields(input, field, 'flag', fields)
  const at = (name: (typeof fields)[number]) => part(field, name)
  const type = checkType(given.type ?? 'boolean', at('type'))
  const enabled = checkBoolean(given.enabled ?? false, at('enabled'))
  const variants = checkVariants(given.variants ?? [], at('variants'))
  const value = checkOptionalValue(given.value ?? (type === 'boolean' ? true : null), at('value'))
  const defaultValue = checkOptionalValue(
    given.defaultValue ?? (type === 'boolean' ? false : null),
    at('defaultValue'),
  )
  checkTypes(type, [
    ...(value === null ? [] : [[at('value'), value] as const]),
    ...variants.map((variant, index) => [part(part(at('variants'), index), 'value'), variant.value] as const),
    ...(defaultValue === null ? [] : [[at('defaultValue'), defaultValue] as const]),
  ])
  const names = new VariantNames(variants, value !== null)
  const defaultVariant =
    (given.defaultVariant ?? null) === null ? null : names.check(given.defaultVariant, at('defaultVariant'))
  if (defaultVariant === null) checkFallThrough(enabled, value, variants, at)
  const name = checkName(given.name, at('name'))
  const flag: FlagDefinition = {
    name,
    description: checkText(given.description ?? '', at('description'), 0, flagLimits.descriptionLength),
    type,
    enabled,
    killed: checkBoolean(given.killed ?? false, at('killed')),
    archived: checkBoolean(given.archived ?? false, at('archived')),
    value,
    defaultValue,
    variants,
    defaultVariant,
    targetingRules: checkRules(given.targetingRules ?? [], at('targetingRules'), names),
    rolloutPercentage:
      (given.rolloutPercentage ?? null) === null
        ? null
        : checkPercentage(given.rolloutPercentage, at('rolloutPercentage')),
    rolloutSalt: checkText(given.rolloutSalt ?? '', at('rolloutSalt'), 0, flagLimits.nameLength),
    prerequisites: checkPrerequisites(given.prerequisites ?? [], at('prerequisites'), name),
    owner:
      (given.owner ?? null) === null ? null : checkText(given.owner, at('owner'), 1, flagLimits.nameLength),
    expiresAt: (given.expiresAt ?? null) === null ? null : checkInstant(given.expiresAt, at('expiresAt')),
    metadata: checkMetadata(given.metadata ?? {}, at('metadata')),
    revision: checkInteger(given.revision ?? 0, at('revision'), Number.MAX_SAFE_INTEGER),
  }
  return frozenCopy(flag as unknown as JsonValue) as unknown as FlagDefinition
}

function checkType(input: unknown, field: string): FlagType {
  if (!flagTypes.includes(input as FlagType))
    throw invalid(field, 'is no type of flags', `Types are ${flagTypes.join(', ')}`)
  return input as FlagType
}

function checkOptionalValue(input: unknown, field: string): FlagValue | null {
  return input === null ? null : checkFlagValue(input, field)
}

/** All of the flag's type; of a multivariate flag, that of the first. */
function checkTypes(type: FlagType, values: readonly (readonly [string, FlagValue])[]): void {
  let expected = jsonTypeOfFlag(type)
  for (const [field, value] of values) {
    expected ??= jsonTypeOf(value)
    if (jsonTypeOf(value) !== expected)
      throw invalid(
        field,
        `must be ${expected === 'object' ? 'an object or a list' : `a ${expected}`}`,
        type === 'multivariate' ? 'Give all variants values of one type' : `The flag's type is ${type}`,
      )
  }
}

/** What is served where no rule does must have a value; a flag that is not enabled may wait for it. */
function checkFallThrough(
  enabled: boolean,
  value: FlagValue | null,
  variants: readonly Variant[],
  at: (name: 'value' | 'variants') => string,
): void {
  if (variants.length > 0) checkWeights(variants, at('variants'))
  else if (enabled && value === null)
    throw invalid(
      at('value'),
      'is missing, and the flag would serve it',
      'Give a value or variants, or leave it disabled',
    )
}

function checkPrerequisites(input: unknown, field: string, name: string): readonly Prerequisite[] {
  const prerequisites = checkList(input, field, 0, flagLimits.prerequisites).map((value, index) => {
    const path = part(field, index)
    const given = checkFields(value, path, 'prerequisite', ['flag', 'variants'])
    const flag = checkName(given.flag, part(path, 'flag'))
    if (flag === name) throw invalid(part(path, 'flag'), 'is the flag itself', 'Name another flag')
    const variants = checkList(given.variants, part(path, 'variants'), 1, flagLimits.variants).map(
      (variant, at) => checkName(variant, part(part(path, 'variants'), at)),
    )
    return { flag, variants }
  })
  checkUnique(
    prerequisites.map(({ flag }) => flag),
    index => part(part(field, index), 'flag'),
  )
  return prerequisites
}

function checkMetadata(input: unknown, field: string): FlagDefinition['metadata'] {
  if (!isPlainObject(input))
    throw invalid(field, 'must be an object', 'Give an object of texts, numbers, true and false')
  for (const [name, value] of Object.entries(checkJson(input, field) as object))
    if (typeof value === 'object')
      throw invalid(
        part(field, name.slice(0, 80)),
        'must be a text, a number, true or false',
        'Write it as a text',
      )
  return input as FlagDefinition['metadata']
}
