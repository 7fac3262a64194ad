import type { FeatureFlag, FlagOverride, FlagSegment, ScheduledFlagChange } from '@voiceassist/api-contract'
import type {
  FlagRecord,
  OverrideRecord,
  ScheduledChange,
  SegmentRecord,
} from '../services/flags/flag-record.js'
import { mutable } from './mutable.js'

interface Times {
  readonly createdAt: Date
  readonly updatedAt: Date
}

export function flagView(record: FlagRecord): FeatureFlag {
  return mutable({ ...record, ...times(record) }) as FeatureFlag
}

export function segmentView(record: SegmentRecord): FlagSegment {
  return mutable({ ...record, ...times(record) }) as FlagSegment
}

export function overrideView(record: OverrideRecord): FlagOverride {
  return { ...record, ...times(record), expiresAt: record.expiresAt?.toISOString() ?? null }
}

export function scheduledView(change: ScheduledChange): ScheduledFlagChange {
  return {
    ...change,
    scheduledAt: change.scheduledAt.toISOString(),
    createdAt: change.createdAt.toISOString(),
    appliedAt: change.appliedAt?.toISOString() ?? null,
  }
}

function times({ createdAt, updatedAt }: Times) {
  return { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() }
}
