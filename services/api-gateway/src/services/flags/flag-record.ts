import {
  type FlagDefinition,
  type FlagStaleness,
  flagStaleness,
  type Override,
  type Segment,
} from '@voiceassist/feature-flags'
import type { ScheduleStatus } from '../../db/schema-flags.js'
import type { StoredFlag } from '../../repositories/feature-flags.repository.js'
import type { StoredOverride } from '../../repositories/flag-overrides.repository.js'
import { definitionOf, overrideOf, segmentOf } from '../../repositories/flag-rows.js'
import type { StoredChange } from '../../repositories/flag-schedule.repository.js'
import type { StoredSegment } from '../../repositories/flag-segments.repository.js'

interface Stored {
  readonly environment: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface FlagRecord extends FlagDefinition, Stored {
  readonly staleness: FlagStaleness
}

export interface SegmentRecord extends Segment, Stored {
  readonly description: string
  readonly revision: number
}

export interface OverrideRecord extends Omit<Override, 'targetingKey' | 'expiresAtMs'>, Stored {
  readonly userId: string
  readonly expiresAt: Date | null
  readonly reason: string | null
  readonly createdBy: string | null
}

export interface ScheduledChange {
  readonly id: string
  readonly environment: string
  readonly flag: string
  readonly scheduledAt: Date
  readonly changes: FlagPatch
  readonly description: string
  readonly createdBy: string | null
  readonly createdAt: Date
  readonly status: ScheduleStatus
  readonly appliedAt: Date | null
  /** Of one that failed: the code of its error. */
  readonly error: string | null
}

/** What a patch may change; archiving and killing have calls of their own. */
export const patchFields = [
  'description',
  'type',
  'enabled',
  'value',
  'defaultValue',
  'variants',
  'defaultVariant',
  'targetingRules',
  'rolloutPercentage',
  'rolloutSalt',
  'prerequisites',
  'owner',
  'expiresAt',
  'metadata',
] as const satisfies readonly (keyof FlagDefinition)[]

/** Not checked yet. */
export type FlagPatch = { readonly [Field in (typeof patchFields)[number]]?: unknown }

export function flagRecord(row: StoredFlag, nowMs: number): FlagRecord {
  const definition = definitionOf(row)
  const staleness = flagStaleness(definition, { nowMs, lastChangedAtMs: row.updated_at.getTime() })
  return { ...definition, staleness, ...storedOf(row) }
}

export function segmentRecord(row: StoredSegment): SegmentRecord {
  const { description, revision } = row
  return { ...segmentOf(row), description, revision: Number(revision), ...storedOf(row) }
}

export function overrideRecord(row: StoredOverride): OverrideRecord {
  const { flag, targetingKey, enabled, value, expiresAtMs } = overrideOf(row)
  return {
    flag,
    userId: targetingKey,
    enabled,
    value,
    expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs),
    reason: row.reason,
    createdBy: row.created_by,
    ...storedOf(row),
  }
}

export function scheduledChange(row: StoredChange): ScheduledChange {
  return {
    id: row.id,
    environment: row.environment,
    flag: row.flag_name,
    scheduledAt: row.scheduled_at,
    changes: row.changes as FlagPatch,
    description: row.description,
    createdBy: row.created_by,
    createdAt: row.created_at,
    status: row.status,
    appliedAt: row.applied_at,
    error: row.error,
  }
}

function storedOf(row: { environment: string; created_at: Date; updated_at: Date }): Stored {
  return { environment: row.environment, createdAt: row.created_at, updatedAt: row.updated_at }
}
