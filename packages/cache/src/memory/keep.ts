import type { Core } from '../core.js'
import type { Arriving } from '../mirror/arriving.js'
import type { Partition } from '../mirror/partition.js'
import type { EntryPolicy } from '../policy/entry-policy.js'
import { refreshAtMs } from '../policy/lifetime.js'
import type { EntryLife } from './entry-scope.js'
import type { HeldValue } from './private-copy.js'

export interface Kept {
  readonly copy: HeldValue
  readonly gen: string | null
  readonly seq: number
  readonly tags: readonly string[]
  /** By the monotonic clock, as what follows. */
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly staleMs: number
  readonly loadMs: number
  readonly token: string
  readonly version: number
}

/** Keeps a value in memory if it is believed at this moment, and nothing has hit the flight that brings it. */
export function keep(
  core: Core,
  partition: Partition,
  flight: Arriving,
  policy: EntryPolicy,
  kept: Kept,
): boolean {
  if (!policy.memory) return false
  const nowMs = core.clock.monotonic()
  if (partition.resyncing || !partition.trusted(nowMs) || flight.voidSeq > kept.seq) return false
  const { key, namespace } = flight
  if (partition.voids(kept.gen, kept.seq, key, namespace, kept.tags)) return false
  const refreshMs = refreshAtMs(policy, kept.createdAtMs, kept.expiresAtMs, kept.loadMs, core.random)
  const deadlineMs = Math.min(refreshMs, kept.expiresAtMs)
  if (kept.expiresAtMs + kept.staleMs <= nowMs) return false
  const plain = deadlineMs === kept.expiresAtMs && kept.staleMs === 0 && kept.version < 0 && !policy.adaptive
  const life: EntryLife | null = plain
    ? null
    : {
        createdAtMs: kept.createdAtMs,
        expiresAtMs: kept.expiresAtMs,
        staleUntilMs: kept.expiresAtMs + kept.staleMs,
        token: kept.token,
        version: kept.version,
        refreshing: false,
        rate: policy.adaptive ? core.rates.of(namespace) : null,
      }
  const scope = partition.scope(namespace, kept.tags, life)
  const { value, bytes, copyOnRead } = kept.copy
  if (core.memory.put(key, { value, bytes, copyOnRead, seq: kept.seq, deadlineMs, scope })) return true
  if (scope.tags) scope.home.release(scope.tags)
  return false
}
