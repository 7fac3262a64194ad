import type { RelayStats } from '@voiceassist/cache/postgres'

/** Relays look five times a second, those that wait for their turn four times. */
const longestLookMs = 400
const longestLagMs = 300

/**
 * Whether the outbox was looked at just now, and nothing in it has waited for long: then every change that is committed
 * for 700 ms is invalidated in the second tier. A relay that cannot reach the database, or the tier, is soon not current.
 */
export function isCurrent(
  { lookedAtMs, lagMs }: Pick<RelayStats, 'lookedAtMs' | 'lagMs'>,
  nowMs: number,
): boolean {
  if (lookedAtMs === undefined || lagMs === undefined) return false
  return nowMs - lookedAtMs <= longestLookMs && lagMs <= longestLagMs
}
