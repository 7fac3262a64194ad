import type { EntryPolicy } from './entry-policy.js'

/** How long a value lives: as the loader said, or the policy, shortened at random by at most the jitter. */
export function lifetimeMs(
  policy: EntryPolicy,
  value: unknown,
  saidMs: number | undefined,
  random: () => number,
): number {
  const fixedMs = value === null && policy.negativeTtlMs > 0 ? policy.negativeTtlMs : policy.ttlMs
  const ttl = saidMs ?? fixedMs
  return policy.jitter > 0 ? ttl * (1 - policy.jitter * random()) : ttl
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
