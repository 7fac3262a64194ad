import type { FlagDefinition, Serve } from './flag-definition.js'
import { instantOf } from './instant.js'

/** Why somebody should look whether a flag is still wanted. */
export type StaleReason = 'expired' | 'serves-one-variant' | 'disabled' | 'not-evaluated'

export interface FlagStaleness {
  readonly stale: boolean
  readonly reasons: readonly StaleReason[]
}

export interface FlagActivity {
  readonly nowMs: number
  readonly lastChangedAtMs: number
  /** Absent: not known. */
  readonly lastEvaluatedAtMs?: number
}

const dayMs = 86_400_000
const unchangedMs = 40 * dayMs
const notEvaluatedMs = 30 * dayMs

/**
 * Whether a flag has outlived its use: expired; serving one variant to everybody, or disabled or killed, and unchanged for 40 days; or not
 * evaluated for 30 days. An archived flag is not stale, nor is one whose metadata says `permanent: true`.
 */
export function flagStaleness(
  flag: FlagDefinition,
  { nowMs, lastChangedAtMs, lastEvaluatedAtMs }: FlagActivity,
): FlagStaleness {
  if (flag.archived || flag.metadata.permanent === true) return { stale: false, reasons: [] }
  const reasons: StaleReason[] = []
  if (flag.expiresAt !== null && instantOf(flag.expiresAt) <= nowMs) reasons.push('expired')
  if (nowMs - lastChangedAtMs >= unchangedMs) {
    if (!flag.enabled || flag.killed) reasons.push('disabled')
    else if (servedVariants(flag).size === 1) reasons.push('serves-one-variant')
  }
  if (lastEvaluatedAtMs !== undefined && nowMs - lastEvaluatedAtMs >= notEvaluatedMs)
    reasons.push('not-evaluated')
  return { stale: reasons.length > 0, reasons }
}

/** All that an enabled flag may serve, to whomever; a single one makes its rules useless. */
function servedVariants(flag: FlagDefinition): ReadonlySet<string> {
  const { prerequisites, targetingRules, rolloutPercentage, defaultVariant, variants } = flag
  const percentage = rolloutPercentage ?? 100
  const served = new Set<string>()
  if (prerequisites.length > 0 || percentage < 100) served.add('off')
  for (const { serve } of targetingRules) addServed(served, serve)
  if (percentage > 0)
    addServed(
      served,
      defaultVariant === null && variants.length > 0
        ? { split: variants.map(({ name, weight }) => ({ variant: name, weight })) }
        : { variant: defaultVariant ?? 'on' },
    )
  return served
}

function addServed(served: Set<string>, serve: Serve): void {
  if ('variant' in serve) served.add(serve.variant)
  else for (const { variant, weight } of serve.split) if (weight > 0) served.add(variant)
}
