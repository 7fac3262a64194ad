import { invalid, part } from './check-field.js'
import { overrideVariant } from './check-rule.js'
import type { Condition, FlagDefinition, FlagSnapshot } from './flag-definition.js'
import { flagLimits } from './flag-limits.js'

/** That prerequisites and segments are there, lead to no cycle, and do not multiply. @throws FlagError FLAG_INVALID. */
export function checkReferences({ flags, segments }: FlagSnapshot): void {
  const flagOf = new Map(
    flags.map((flag, at) => [flag.name, { flag, field: part(part('flags', at), 'prerequisites') }]),
  )
  for (const { flag, field } of flagOf.values()) checkPrerequisites(flag, field, flagOf)
  const evaluations = totals(
    'prerequisites',
    flagOf,
    ({ flag }) => ({ own: 1, names: flag.prerequisites.map(prerequisite => prerequisite.flag) }),
    flagLimits.evaluationsThroughPrerequisites,
  )
  for (const name of flagOf.keys()) evaluations(name)

  const segmentOf = new Map(
    segments.map(({ name, when }, at) => {
      const field = part(part('segments', at), 'when')
      return [name, { field, ...contentOf(when ? [when] : []) }]
    }),
  )
  const known = (names: readonly string[], field: string) => {
    for (const name of names)
      if (!segmentOf.has(name))
        throw invalid(field, `names a segment that is not there: ${name}`, 'Make the segment first')
  }
  for (const { names, field } of segmentOf.values()) known(names, field)
  const conditions = totals('segments', segmentOf, content => content, flagLimits.conditionsThroughSegments)
  for (const name of segmentOf.keys()) conditions(name)
  for (const [at, flag] of flags.entries()) {
    const path = part(part('flags', at), 'targetingRules')
    const { own, names } = contentOf(flag.targetingRules.map(({ when }) => when))
    known(names, path)
    const total = names.reduce((sum, name) => sum + conditions(name), own)
    if (total > flagLimits.conditionsThroughSegments)
      throw tooMany(path, total, flagLimits.conditionsThroughSegments)
  }
}

function checkPrerequisites(
  { prerequisites }: FlagDefinition,
  field: string,
  flagOf: ReadonlyMap<string, { readonly flag: FlagDefinition }>,
): void {
  for (const [at, { flag: name, variants }] of prerequisites.entries()) {
    const path = part(field, at)
    const flag = flagOf.get(name)?.flag
    if (!flag) throw invalid(part(path, 'flag'), 'is no flag of the environment', 'Make that flag first')
    const names = ['on', 'off', overrideVariant, ...flag.variants.map(variant => variant.name)]
    for (const [index, variant] of variants.entries())
      if (!names.includes(variant))
        throw invalid(
          part(part(path, 'variants'), index),
          'is no variant of that flag',
          `Variants are ${names.slice(0, 20).join(', ')}`,
        )
  }
}

/** What a name stands for, through all that it names; a name is worked out once. */
function totals<Node extends { readonly field: string }>(
  by: 'prerequisites' | 'segments',
  nodes: ReadonlyMap<string, Node>,
  look: (node: Node) => { readonly own: number; readonly names: readonly string[] },
  limit: number,
): (name: string) => number {
  const known = new Map<string, number>()
  const path: string[] = []
  const totalOf = (name: string): number => {
    const before = known.get(name)
    if (before !== undefined) return before
    const node = nodes.get(name) as Node
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].join(' -> ')
      throw invalid(
        node.field,
        `leads back to itself by its ${by}: ${cycle}`,
        'Take one of them out of the cycle',
      )
    }
    path.push(name)
    const { own, names } = look(node)
    // Each step of a path counts at least one: a path that is longer than the limit ends here, not in the stack.
    if (path.length > limit + 1) throw tooMany(node.field, path.length, limit)
    const total = names.reduce((sum, inner) => sum + totalOf(inner), own)
    path.pop()
    if (total > limit) throw tooMany(node.field, total, limit)
    known.set(name, total)
    return total
  }
  return totalOf
}

function contentOf(conditions: readonly Condition[]): { own: number; names: string[] } {
  const names: string[] = []
  const count = (condition: Condition): number => {
    if ('all' in condition) return condition.all.reduce((sum, inner) => sum + count(inner), 1)
    if ('any' in condition) return condition.any.reduce((sum, inner) => sum + count(inner), 1)
    if ('not' in condition) return 1 + count(condition.not)
    if ('segment' in condition) names.push(condition.segment)
    return 1
  }
  return { own: conditions.reduce((sum, condition) => sum + count(condition), 0), names }
}

function tooMany(field: string, count: number, limit: number) {
  return invalid(
    field,
    `leads to ${count} evaluations by what it names, over the limit of ${limit}`,
    'Name fewer, or flatten the chain',
  )
}
