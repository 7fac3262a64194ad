import { type ConditionBudget, checkCondition } from './check-condition.js'
import {
  checkFields,
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
import type { Serve, TargetingRule, Variant } from './flag-definition.js'
import { flagLimits } from './flag-limits.js'
import { checkFlagValue } from './json-value.js'

/** The variants that every flag has without naming them. */
const builtIn = ['on', 'off'] as const
/** What an override with a value serves. */
export const overrideVariant = 'override'
const reserved: readonly string[] = [...builtIn, overrideVariant]

export function checkVariants(input: unknown, field: string): readonly Variant[] {
  const variants = checkList(input, field, 0, flagLimits.variants).map((value, at) => {
    const path = part(field, at)
    const given = checkFields(value, path, 'variant', ['name', 'value', 'weight'])
    const name = checkName(given.name, part(path, 'name'))
    if (reserved.includes(name))
      throw invalid(
        part(path, 'name'),
        'is a name that every flag has already',
        `Use another than ${reserved.join(', ')}`,
      )
    return {
      name,
      value: checkFlagValue(given.value, part(path, 'value')),
      weight: checkInteger(given.weight ?? 1, part(path, 'weight'), flagLimits.weight),
    }
  })
  checkUnique(
    variants.map(({ name }) => name),
    at => part(part(field, at), 'name'),
  )
  return variants
}

/** Checks references to the variants of one flag. */
export class VariantNames {
  readonly #names: ReadonlySet<string>
  readonly #hasOn: boolean

  /** @param hasOn whether the flag has a value to serve as `on` */
  constructor(variants: readonly Variant[], hasOn: boolean) {
    this.#names = new Set([...variants.map(({ name }) => name), ...builtIn])
    this.#hasOn = hasOn
  }

  check(input: unknown, field: string): string {
    if (typeof input !== 'string' || !this.#names.has(input))
      throw invalid(
        field,
        'is no variant of the flag',
        `Variants are ${[...this.#names].slice(0, 20).join(', ')}`,
      )
    if (input === 'on' && !this.#hasOn)
      throw invalid(
        field,
        'is on, for which the flag has no value',
        'Give the flag a value, or name another variant',
      )
    return input
  }
}

export function checkRules(input: unknown, field: string, variants: VariantNames): readonly TargetingRule[] {
  const budget: ConditionBudget = { left: flagLimits.conditions }
  const rules = checkList(input, field, 0, flagLimits.rules).map((rule, at) =>
    checkRule(rule, part(field, at), variants, budget),
  )
  checkUnique(
    rules.map(({ id }) => id),
    at => part(part(field, at), 'id'),
  )
  return rules
}

function checkRule(
  input: unknown,
  field: string,
  variants: VariantNames,
  budget: ConditionBudget,
): TargetingRule {
  const given = checkFields(input, field, 'rule', ['id', 'description', 'when', 'serve', 'rolloutPercentage'])
  const { description, rolloutPercentage } = given
  return {
    id: checkName(given.id, part(field, 'id')),
    ...(description !== undefined && {
      description: checkText(description, part(field, 'description'), 0, flagLimits.descriptionLength),
    }),
    when: checkCondition(given.when, part(field, 'when'), budget),
    serve: checkServe(given.serve, part(field, 'serve'), variants),
    ...(rolloutPercentage !== undefined && {
      rolloutPercentage: checkPercentage(rolloutPercentage, part(field, 'rolloutPercentage')),
    }),
  }
}

function checkServe(input: unknown, field: string, variants: VariantNames): Serve {
  if (isPlainObject(input) && Object.hasOwn(input, 'split')) {
    const path = part(field, 'split')
    const split = checkList(
      checkFields(input, field, 'serve', ['split']).split,
      path,
      1,
      flagLimits.variants,
    ).map((share, at) => {
      const given = checkFields(share, part(path, at), 'share', ['variant', 'weight'])
      return {
        variant: variants.check(given.variant, part(part(path, at), 'variant')),
        weight: checkInteger(given.weight, part(part(path, at), 'weight'), flagLimits.weight),
      }
    })
    checkUnique(
      split.map(({ variant }) => variant),
      at => part(part(path, at), 'variant'),
    )
    checkWeights(split, path)
    return { split }
  }
  const { variant } = checkFields(input, field, 'serve', ['variant', 'split'])
  return { variant: variants.check(variant, part(field, 'variant')) }
}

/** A split in which nobody has a share serves nothing. */
export function checkWeights(shares: readonly { readonly weight: number }[], field: string): void {
  if (shares.every(({ weight }) => weight === 0))
    throw invalid(field, 'has no weight above 0', 'Give one a weight')
}
