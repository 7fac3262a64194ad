import type { FlagParts } from './flag-change.js'
import { createFlagInspectionService, type FlagInspectionService } from './flag-inspection.service.js'
import { createFlagOverridesService, type FlagOverridesService } from './flag-overrides.service.js'
import { createFlagScheduleService, type FlagScheduleService } from './flag-schedule.service.js'
import { createFlagSegmentsService, type FlagSegmentsService } from './flag-segments.service.js'
import { createFlagsService, type FlagsService } from './flags.service.js'

/** The administration of feature flags. */
export interface FlagAdmin {
  readonly flags: FlagsService
  readonly overrides: FlagOverridesService
  readonly segments: FlagSegmentsService
  readonly schedule: FlagScheduleService
  readonly inspection: FlagInspectionService
}

export function createFlagAdmin(parts: FlagParts): FlagAdmin {
  return {
    flags: createFlagsService(parts),
    overrides: createFlagOverridesService(parts),
    segments: createFlagSegmentsService(parts),
    schedule: createFlagScheduleService(parts),
    inspection: createFlagInspectionService(parts),
  }
}
