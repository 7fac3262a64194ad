import type { EntryScope, Epoch, NamespaceCell, SeqCell } from '#src/memory/entry-scope'
import type { EvictionReason, MemoryEntry } from '#src/memory/memory-entry'
import { MemoryTier } from '#src/memory/memory-tier'

export function tierUnderTest(limits: { maxEntries?: number; maxBytes?: number } = {}) {
  const evicted: Record<EvictionReason, number> = { capacity: 0, expired: 0, void: 0 }
  const released: EntryScope[] = []
  const tier = new MemoryTier(
    { maxEntries: 100, maxBytes: 1e6, ...limits },
    {
      evicted: (reason, entries) => {
        evicted[reason] += entries
      },
      released: scope => released.push(scope),
    },
  )
  return { tier, evicted, released }
}

/** Parts may be changed by the test; `tags` are cells without names where those do not matter. */
export function scopeOf(
  parts: Partial<Omit<EntryScope, 'tags'>> & { tags?: readonly SeqCell[] | null } = {},
): EntryScope {
  const epoch: Epoch = { trustedUntilMs: Number.POSITIVE_INFINITY, patternSeq: 0 }
  const namespace: NamespaceCell = { seq: 0, hits: 0, entries: 0 }
  const home = { release: () => {} }
  const tags = parts.tags?.map((cell, at) => Object.assign(cell, { name: `tag${at}` })) ?? null
  return { home, epoch, namespace, life: null, ...parts, tags }
}

export function entryOf(scope: EntryScope, parts: Partial<MemoryEntry> = {}): MemoryEntry {
  return { value: 'v', bytes: 10, seq: 5, deadlineMs: 1000, copyOnRead: false, ...parts, scope }
}
