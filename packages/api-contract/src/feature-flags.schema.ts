import { type Static, Type } from 'typebox'
import {
  cursor,
  metadataScalar,
  nextCursor,
  nullable,
  scalarsByKey,
  strictObject,
  text,
  timestamp,
  uuid,
} from './schema-parts.js'

const name = Type.String({ minLength: 1, maxLength: 255, pattern: '^[A-Za-z0-9._-]+$' })
const environment = Type.String({
  minLength: 1,
  maxLength: 50,
  pattern: '^[a-z0-9][a-z0-9_.-]*$',
  description: 'Default: the one of this gateway',
})
const json = { description: 'Any JSON but null; null: the default of its type' }
const anything = Type.Unsafe<unknown>(json)
/** What the flags themselves check, and name the field of. */
const list = (description: string) => Type.Array(Type.Unknown(), { description })
const flagType = Type.Enum(['boolean', 'string', 'number', 'json', 'multivariate'])
const reason = text(0, 500)

const patchProperties = {
  description: Type.Optional(text(0, 4000)),
  type: Type.Optional(flagType),
  enabled: Type.Optional(Type.Boolean({ description: 'false: off is served to all without an override' })),
  value: Type.Optional(anything),
  defaultValue: Type.Optional(anything),
  variants: Type.Optional(list('{ name, value, weight }')),
  defaultVariant: Type.Optional(nullable(name)),
  targetingRules: Type.Optional(list('{ id, description?, when, serve, rolloutPercentage? }')),
  rolloutPercentage: Type.Optional(nullable(Type.Number({ minimum: 0, maximum: 100 }))),
  rolloutSalt: Type.Optional(text(0, 255)),
  prerequisites: Type.Optional(list('{ flag, variants }')),
  owner: Type.Optional(nullable(text(1, 255))),
  expiresAt: Type.Optional(nullable(timestamp)),
  metadata: Type.Optional(scalarsByKey(metadataScalar, 100)),
}

const changed = {
  environment: Type.Optional(environment),
  wait: Type.Optional(
    Type.Enum(['acknowledged'], { description: 'Answered when every live gateway serves the change' }),
  ),
}
const page = { limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }), cursor: Type.Optional(cursor) }

export const flagNameParams = strictObject({ name })
export const flagScheduleParams = strictObject({ name, id: uuid })
export const userFlagParams = strictObject({ id: uuid, name })
export const flagScopeQuery = strictObject({ environment: Type.Optional(environment) })
export const flagChangeQuery = strictObject(changed)
export const explainedFlagChangeQuery = strictObject({
  ...changed,
  reason: Type.Optional(text(1, 500, { description: 'Why, for the audit row' })),
})
export const flagPageQuery = strictObject({ environment: Type.Optional(environment), ...page })
export const flagListQuery = strictObject({
  environment: Type.Optional(environment),
  ...page,
  q: Type.Optional(text(1, 255, { description: 'Part of the name or description' })),
  archived: Type.Optional(Type.Boolean({ description: 'Absent: both' })),
  stale: Type.Optional(Type.Boolean({ description: 'Absent: both' })),
})

export const createFlagRequest = strictObject({ name, ...patchProperties })
export const patchFlagRequest = strictObject(patchProperties, { minProperties: 1 })
export const toggleFlagRequest = Type.Unsafe<null | { enabled?: boolean }>({
  type: ['object', 'null'],
  properties: { enabled: { type: 'boolean', description: 'Absent: the other state' } },
  additionalProperties: false,
})

const stored = { environment: Type.String(), createdAt: timestamp, updatedAt: timestamp }

export const featureFlag = strictObject({
  name: Type.String(),
  description: Type.String(),
  type: flagType,
  enabled: Type.Boolean(),
  killed: Type.Boolean({ description: 'true: off is served to all, whatever else is set' }),
  archived: Type.Boolean({ description: 'true: off is served to all; kept for its history' }),
  value: anything,
  defaultValue: anything,
  variants: Type.Array(Type.Unknown()),
  defaultVariant: nullable(Type.String()),
  targetingRules: Type.Array(Type.Unknown()),
  rolloutPercentage: nullable(Type.Number()),
  rolloutSalt: Type.String(),
  prerequisites: Type.Array(Type.Unknown()),
  owner: nullable(Type.String()),
  expiresAt: nullable(timestamp),
  metadata: scalarsByKey(metadataScalar, 1000),
  revision: Type.Integer({ description: 'The environment’s at its last change; its ETag' }),
  staleness: strictObject({ stale: Type.Boolean(), reasons: Type.Array(Type.String()) }),
  ...stored,
})
export type FeatureFlag = Static<typeof featureFlag>
export const featureFlagPage = strictObject({ items: Type.Array(featureFlag), nextCursor })

export const putSegmentRequest = strictObject({
  description: Type.Optional(text(0, 4000)),
  when: Type.Optional(Type.Unsafe<unknown>({ description: 'A condition; null: none' })),
  included: Type.Optional(list('Targeting keys')),
  excluded: Type.Optional(list('Targeting keys; they outrank the others')),
})
export const flagSegment = strictObject({
  name: Type.String(),
  description: Type.String(),
  when: Type.Unsafe<unknown>({}),
  included: Type.Array(Type.String()),
  excluded: Type.Array(Type.String()),
  revision: Type.Integer(),
  ...stored,
})
export type FlagSegment = Static<typeof flagSegment>
export const flagSegmentPage = strictObject({ items: Type.Array(flagSegment), nextCursor })

export const putOverrideRequest = strictObject(
  {
    enabled: Type.Optional(Type.Boolean()),
    value: Type.Optional(Type.Unsafe<never>({ description: 'Any JSON but null' })),
    expiresAt: Type.Optional(nullable(timestamp)),
    reason: Type.Optional(nullable(reason)),
  },
  { description: 'Exactly one of enabled and value' },
)
export const flagOverride = strictObject({
  flag: Type.String(),
  userId: uuid,
  enabled: nullable(Type.Boolean()),
  value: Type.Unsafe<unknown>({}),
  expiresAt: nullable(timestamp),
  reason: nullable(Type.String()),
  createdBy: nullable(uuid),
  ...stored,
})
export type FlagOverride = Static<typeof flagOverride>
export const flagOverridePage = strictObject({ items: Type.Array(flagOverride), nextCursor })

export const scheduleFlagRequest = strictObject({
  scheduledAt: timestamp,
  changes: strictObject(patchProperties, { minProperties: 1, description: 'As in PATCH' }),
  description: Type.Optional(text(0, 1000)),
})
export const scheduledFlagChange = strictObject({
  id: uuid,
  environment: Type.String(),
  flag: Type.String(),
  scheduledAt: timestamp,
  changes: Type.Unsafe<object>({ type: 'object', additionalProperties: true }),
  description: Type.String(),
  createdBy: nullable(uuid),
  createdAt: timestamp,
  status: Type.Enum(['pending', 'applied', 'failed', 'cancelled']),
  appliedAt: nullable(timestamp),
  error: nullable(Type.String({ description: 'Of one that failed: the code' })),
})
export type ScheduledFlagChange = Static<typeof scheduledFlagChange>
export const scheduledFlagChanges = strictObject({ items: Type.Array(scheduledFlagChange) })
const definition = Type.Unsafe<object>({ type: 'object', additionalProperties: true })
export const flagSchedulePreview = strictObject({
  change: scheduledFlagChange,
  before: definition,
  after: definition,
})

export const evaluateFlagRequest = strictObject({
  context: Type.Unsafe<Record<string, never>>({
    type: 'object',
    additionalProperties: true,
    description: 'targetingKey and attributes',
  }),
})
export const flagEvaluation = strictObject({
  flag: Type.String(),
  value: Type.Unsafe<unknown>({ description: 'Absent: the caller’s default' }),
  variant: nullable(Type.String()),
  reason: Type.String(),
  errorCode: nullable(Type.String()),
  rule: nullable(strictObject({ id: Type.String(), description: nullable(Type.String()) })),
  why: Type.String({ description: 'For people' }),
  revision: Type.Integer(),
})
