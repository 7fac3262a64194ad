import type { FlagType } from '@voiceassist/feature-flags'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { CreatedAt, Json, Timestamp } from './schema-columns.js'

export interface FeatureFlagsTable {
  environment: string
  name: string
  description: Generated<string>
  flag_type: FlagType
  enabled: Generated<boolean>
  value: ColumnType<unknown, string | null | undefined, string | null>
  default_value: ColumnType<unknown, string | null | undefined, string | null>
  archived: Generated<boolean>
  metadata: Json<object>
  killed: Generated<boolean>
  variants: Json<object[]>
  targeting_rules: Json<object[]>
  default_variant: string | null
  /** PostgreSQL's digits. */
  rollout_percentage: ColumnType<string | null, number | null, number | null>
  rollout_salt: Generated<string>
  prerequisites: Json<object[]>
  owner: string | null
  expires_at: Timestamp | null
  /** The environment's at its last change; a trigger sets it. */
  revision: Generated<string>
  created_at: CreatedAt
  updated_at: CreatedAt
}

/** Grows with every change of a flag, override or segment; written by triggers alone. */
export interface FeatureFlagEnvironmentsTable {
  environment: string
  revision: string
}

export interface FeatureFlagSegmentsTable {
  environment: string
  name: string
  description: Generated<string>
  condition: ColumnType<object | null, string | null | undefined, string | null>
  included: Json<string[]>
  excluded: Json<string[]>
  /** A trigger sets it. */
  revision: Generated<string>
  created_at: CreatedAt
  updated_at: CreatedAt
}

export type ScheduleStatus = 'pending' | 'applied' | 'failed' | 'cancelled'

/** Changes of flags that are to be made at their time. */
export interface FeatureFlagScheduleTable {
  id: Generated<string>
  environment: string
  flag_name: string
  scheduled_at: Timestamp
  changes: JSONColumnType<object, string, string>
  description: Generated<string>
  created_by: string | null
  created_at: CreatedAt
  status: ColumnType<ScheduleStatus, ScheduleStatus | undefined, ScheduleStatus>
  applied_at: Timestamp | null
  /** Of one that failed: the code of its error. */
  error: string | null
}

export interface FeatureFlagOverridesTable {
  id: Generated<string>
  environment: string
  flag_name: string
  user_id: string
  enabled: boolean | null
  value: ColumnType<unknown, string | null | undefined, string | null>
  reason: string | null
  expires_at: Timestamp | null
  created_by: string | null
  created_at: CreatedAt
  updated_at: CreatedAt
}

export interface FlagTables {
  feature_flags: FeatureFlagsTable
  feature_flag_environments: FeatureFlagEnvironmentsTable
  feature_flag_overrides: FeatureFlagOverridesTable
  feature_flag_schedule: FeatureFlagScheduleTable
  feature_flag_segments: FeatureFlagSegmentsTable
}
