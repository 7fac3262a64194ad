import { murmur3 } from './murmur3.js'

/** Steps of 0.01 % in a whole. */
export const rolloutBuckets = 10_000

/** Of who gets in; another than of who gets what, so that half of those who are in get each half. docs/flag-hashing.md */
export function rolloutSeed(salt: string): number {
  return murmur3(`rollout:${salt}`, 0)
}

export function splitSeed(salt: string): number {
  return murmur3(`split:${salt}`, 0)
}

/**
 * Where a subject stands, from 0 to `buckets` - 1, evenly: the hash's share of 2^32, taken of `buckets`.
 * @param buckets at most 2^31
 */
export function bucketOf(targetingKey: string, seed: number, buckets: number): number {
  const hash = murmur3(targetingKey, seed)
  // By halves, as hash * buckets would not fit into 53 bits; | 0 cuts fractions off.
  const low = (((hash & 0xffff) * buckets) / 65_536) | 0
  return (((hash >>> 16) * buckets + low) / 65_536) | 0
}
