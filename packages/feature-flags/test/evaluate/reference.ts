import { gt, gte, lt, lte, eq as sameVersion, valid } from 'semver'
import { murmur3 } from '#src/evaluate/murmur3'
import type { Condition, FlagDefinition, FlagSnapshot, Serve } from '#src/flag/flag-definition'

type Context = Readonly<Record<string, unknown>>
/** 'variant reason rule'. */
export type Served = string

/** What docs/flag-rules.md says, written once more and plainly: by the letter, slow, of plain contexts only. */
export function referenceServed(
  snapshot: FlagSnapshot,
  name: string,
  context: Context,
  nowMs: number,
): Served {
  const flag = snapshot.flags.find(other => other.name === name)
  if (!flag) return 'none ERROR'
  const key = typeof context.targetingKey === 'string' ? context.targetingKey : ''
  if (flag.archived || flag.killed) return 'off DISABLED'
  const overrides = snapshot.overrides.filter(override => override.flag === name)
  const own = overrides.find(
    ({ targetingKey, expiresAtMs }) => targetingKey === key && (expiresAtMs === null || expiresAtMs > nowMs),
  )
  if (own) return `${own.enabled === null ? 'override' : own.enabled ? 'on' : 'off'} TARGETING_MATCH`
  if (!flag.enabled) return 'off DISABLED'
  for (const { flag: needed, variants } of flag.prerequisites)
    if (!variants.includes(referenceServed(snapshot, needed, context, nowMs).split(' ')[0] as string))
      return 'off PREREQUISITE_FAILED'
  for (const { id, when, serve, rolloutPercentage = 100 } of flag.targetingRules) {
    if (!referenceHolds(snapshot, when, context) || !isIn(flag, key, rolloutPercentage)) continue
    if ('variant' in serve) return `${serve.variant} TARGETING_MATCH ${id}`
    return key === '' ? `off DEFAULT ${id}` : `${share(flag, key, serve.split)} SPLIT ${id}`
  }
  const percentage = flag.rolloutPercentage ?? 100
  if (!isIn(flag, key, percentage)) return 'off SPLIT'
  if (flag.defaultVariant === null && flag.variants.length > 0) {
    const split = flag.variants.map(({ name: variant, weight }) => ({ variant, weight }))
    return key === '' ? 'off DEFAULT' : `${share(flag, key, split)} SPLIT`
  }
  const plain = flag.targetingRules.length + flag.prerequisites.length + overrides.length === 0
  const reason = percentage < 100 ? 'SPLIT' : plain ? 'STATIC' : 'DEFAULT'
  return `${flag.defaultVariant ?? 'on'} ${reason}`
}

export function referenceHolds(snapshot: FlagSnapshot, condition: Condition, context: Context): boolean {
  const holds = (inner: Condition) => referenceHolds(snapshot, inner, context)
  if ('all' in condition) return condition.all.every(holds)
  if ('any' in condition) return condition.any.some(holds)
  if ('not' in condition) return !holds(condition.not)
  if ('segment' in condition) {
    const { when, included, excluded } = snapshot.segments.find(({ name }) => name === condition.segment)!
    const key = context.targetingKey as string
    return !excluded.includes(key) && (included.includes(key) || (when !== null && holds(when)))
  }
  const { attribute, operator, ignoreCase } = condition
  const fold = (value: unknown) => (ignoreCase && typeof value === 'string' ? value.toLowerCase() : value)
  if (!Object.keys(context).includes(attribute)) return false
  const [is, than] = [fold(context[attribute]), fold(condition.value)]
  if (
    !['string', 'number', 'boolean', 'object'].includes(typeof is) ||
    is === null ||
    (typeof is === 'number' && !Number.isFinite(is))
  )
    return false
  const among = Array.isArray(than) ? than.map(fold) : []
  const text = typeof is === 'string' ? is : undefined
  const number = typeof is === 'number' ? is : Number.NaN
  const version = text !== undefined && valid(text) !== null ? text : undefined
  const isDate = is instanceof Date || /^\d{4}-\d\d-\d\d/.test(text ?? '')
  const instant = isDate ? new Date(is as string).getTime() : Number.NaN
  switch (operator) {
    case 'equals':
      return is === than
    case 'notEquals':
      return typeof is === typeof than && is !== than
    case 'in':
      return among.includes(is)
    case 'notIn':
      return typeof is === typeof among[0] && !among.includes(is)
    case 'contains':
      return Array.isArray(is)
        ? is.map(fold).includes(than)
        : (text?.includes(`${than}`) ?? false) && typeof than === 'string'
    case 'startsWith':
      return text?.slice(0, `${than}`.length) === than
    case 'endsWith':
      return (
        text !== undefined &&
        text.length >= `${than}`.length &&
        text.slice(text.length - `${than}`.length) === than
      )
    case 'matches':
      return text !== undefined && new RegExp(condition.value as string, ignoreCase ? 'i' : '').test(text)
    case 'lessThan':
      return number < (than as number)
    case 'lessThanOrEqual':
      return number <= (than as number)
    case 'greaterThan':
      return number > (than as number)
    case 'greaterThanOrEqual':
      return number >= (than as number)
    case 'before':
      return instant < Date.parse(than as string)
    case 'after':
      return instant > Date.parse(than as string)
    case 'semverEquals':
      return version !== undefined && sameVersion(version, than as string)
    case 'semverLessThan':
      return version !== undefined && lt(version, than as string)
    case 'semverLessThanOrEqual':
      return version !== undefined && lte(version, than as string)
    case 'semverGreaterThan':
      return version !== undefined && gt(version, than as string)
    case 'semverGreaterThanOrEqual':
      return version !== undefined && gte(version, than as string)
    case 'exists':
      return true
  }
}

function isIn(flag: FlagDefinition, key: string, percentage: number): boolean {
  return (
    percentage === 100 || (key !== '' && bucket(flag, 'rollout', key, 10_000) < Math.round(percentage * 100))
  )
}

function share(
  flag: FlagDefinition,
  key: string,
  split: Extract<Serve, { split: unknown }>['split'],
): string {
  // One place for each unit of weight.
  const places = split.flatMap(({ variant, weight }) => new Array<string>(weight).fill(variant))
  return places[bucket(flag, 'split', key, places.length)] as string
}

function bucket(flag: FlagDefinition, kind: string, key: string, buckets: number): number {
  const seed = murmur3(`${kind}:${flag.rolloutSalt || flag.name}`, 0)
  return Number((BigInt(murmur3(key, seed) >>> 0) * BigInt(buckets)) >> 32n)
}
