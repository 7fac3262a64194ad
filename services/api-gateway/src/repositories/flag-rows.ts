import type { FlagDefinition, Override, Segment } from '@voiceassist/feature-flags'
import type { Selectable } from 'kysely'
import type {
  FeatureFlagOverridesTable,
  FeatureFlagSegmentsTable,
  FeatureFlagsTable,
} from '../db/schema-flags.js'

/** Rows as the driver gives them, or as PostgreSQL writes them into JSON, where times are texts. */
type RowOf<Table> = {
  readonly [Column in keyof Selectable<Table>]: Date extends Selectable<Table>[Column]
    ? Selectable<Table>[Column] | string
    : Selectable<Table>[Column]
}
export type FlagRow = RowOf<FeatureFlagsTable>
export type SegmentRow = RowOf<FeatureFlagSegmentsTable>
export type OverrideRow = RowOf<FeatureFlagOverridesTable>

export function definitionOf(row: FlagRow): FlagDefinition {
  const { rollout_percentage: percentage } = row
  return {
    name: row.name,
    description: row.description,
    type: row.flag_type,
    enabled: row.enabled,
    killed: row.killed,
    archived: row.archived,
    value: row.value as FlagDefinition['value'],
    defaultValue: row.default_value as FlagDefinition['defaultValue'],
    variants: row.variants as unknown as FlagDefinition['variants'],
    defaultVariant: row.default_variant,
    targetingRules: row.targeting_rules as unknown as FlagDefinition['targetingRules'],
    rolloutPercentage: percentage === null ? null : Number(percentage),
    rolloutSalt: row.rollout_salt,
    prerequisites: row.prerequisites as unknown as FlagDefinition['prerequisites'],
    owner: row.owner,
    expiresAt: isoTime(row.expires_at),
    metadata: row.metadata as FlagDefinition['metadata'],
    revision: Number(row.revision),
  }
}

export function segmentOf(row: SegmentRow): Segment {
  return {
    name: row.name,
    when: row.condition as Segment['when'],
    included: row.included,
    excluded: row.excluded,
  }
}

export function overrideOf(row: OverrideRow): Override {
  return {
    flag: row.flag_name,
    targetingKey: row.user_id,
    enabled: row.enabled,
    value: row.value as Override['value'],
    expiresAtMs: expiryMs(row.expires_at),
  }
}

/** Null also for a time that only PostgreSQL knows: 'infinity'. */
function isoTime(at: Date | string | null): string | null {
  const time = new Date(at ?? Number.NaN)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}

/** A time that JavaScript cannot say is over, unless it is 'infinity'. */
function expiryMs(at: Date | string | null): number | null {
  if (at === null || at === 'infinity' || Number(at) === Number.POSITIVE_INFINITY) return null
  const ms = new Date(at).getTime()
  return Number.isNaN(ms) ? 0 : ms
}
