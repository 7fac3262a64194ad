import type { ChangeRate } from './change-rate.js'
import type { EntryPolicy } from './entry-policy.js'

/** How long a value lives: as the loader said, the rate of change asks, or the policy; jitter only shortens it. */
export function lifetimeMs(
  policy: EntryPolicy,
  value: unknown,
  saidMs: number | undefined,
  rate: ChangeRate,
  random: () => number,
): number {
  const ttl = saidMs ?? chosenMs(policy, value, rate)
  return policy.jitter > 0 ? ttl * (1 - policy.jitter * random()) : ttl
}

function chosenMs(policy: EntryPolicy, value: unknown, rate: ChangeRate): number {
  if (value === null && policy.negativeTtlMs > 0) return policy.negativeTtlMs
  return policy.adaptive ? rate.ttlMs(policy.adaptive) : policy.ttlMs
}

/**
 * When a value is to be loaded again while it is still served. 'xfetch' draws the moment once for each copy of an
 * entry, where the paper draws at every read: expiry + load time × ln(random) (Vattani, Chierichetti and Lowenstein,
 * "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015, beta = 1). Instances draw apart.
 */
export function refreshAtMs(
  policy: EntryPolicy,
  createdAtMs: number,
  expiresAtMs: number,
  loadMs: number,
  random: () => number,
): number {
  if (policy.refreshAhead === 0) return expiresAtMs
  if (policy.refreshAhead === 'xfetch') return expiresAtMs + loadMs * Math.log(1 - random())
  return createdAtMs + (expiresAtMs - createdAtMs) * policy.refreshAhead
}
