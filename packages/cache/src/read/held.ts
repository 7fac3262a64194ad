import type { Core } from '../core.js'
import type { Partition } from '../mirror/partition.js'

export type Held =
  /** Good, and due for a refresh when `refresh` is set. */
  | { readonly state: 'good'; readonly slot: number; readonly refresh: boolean }
  /** Past its expiry; it may answer for a loader that fails. */
  | { readonly state: 'stale'; readonly slot: number }

/** What memory holds of a key that a plain hit does not answer: past its deadline, or while a pattern is walked. */
export function held(core: Core, partition: Partition, key: string): Held | undefined {
  const { memory, clock } = core
  const slot = memory.find(key)
  if (slot < 0) return
  const nowMs = clock.monotonic()
  if (!partition.trusted(nowMs) || memory.isVoid(slot)) return
  const seq = memory.seqAt(slot)
  const { life, epoch } = memory.scopeAt(slot)
  if (seq < epoch.patternSeq && partition.records.matchesPattern(key, seq)) return
  if (nowMs < memory.deadlineAt(slot)) return { state: 'good', slot, refresh: false }
  if (!life) return
  if (nowMs < life.expiresAtMs) return { state: 'good', slot, refresh: !life.refreshing }
  if (nowMs < life.staleUntilMs) return { state: 'stale', slot }
  return
}
