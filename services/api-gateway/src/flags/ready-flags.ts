import type { CompiledSnapshot, FeatureFlags } from '@voiceassist/feature-flags'
import { GatewayError } from '../errors.js'

export interface ReadyFlags {
  readonly snapshot: CompiledSnapshot
  /** The source has not confirmed the values of late. */
  readonly isStale: boolean
}

/** All of one answer is of one snapshot. @throws GatewayError FLAGS_NOT_READY before there is one. */
export function readyFlags(flags: FeatureFlags): ReadyFlags {
  const snapshot = flags.snapshot()
  if (!snapshot) throw new GatewayError('FLAGS_NOT_READY', 'No flags are known yet')
  return { snapshot, isStale: flags.status === 'stale' }
}
