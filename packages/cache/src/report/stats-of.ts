import type { CacheStats, NamespaceStats } from '../cache-stats.js'
import type { Core } from '../core.js'
import type { LoadTally } from '../read/load-tally.js'

interface RemoteSize {
  readonly entries: number
  readonly bytes: number
  readonly evictions: number
}

/** Adds up what is counted where it happens. */
export function statsOf(core: Core, tally: LoadTally, size: RemoteSize): CacheStats {
  const names = new Set(tally.all().keys())
  for (const partition of core.partitions)
    for (const name of partition.records.namespaces().keys()) names.add(name)
  const namespaces: Record<string, NamespaceStats> = {}
  let memoryHits = 0
  let remoteHits = 0
  let misses = 0
  for (const name of [...names].sort()) {
    const counted = tally.of(name)
    let hits = counted.memoryHits
    let entries = 0
    for (const partition of core.partitions) {
      const cell = partition.records.namespaces().get(name)
      hits += cell?.hits ?? 0
      entries += cell?.entries ?? 0
    }
    memoryHits += hits
    remoteHits += counted.remoteHits
    const missed = counted.misses
    misses += missed
    namespaces[name] = {
      hits: hits + counted.remoteHits,
      memoryHits: hits,
      remoteHits: counted.remoteHits,
      misses: missed,
      hitRate: rate(hits + counted.remoteHits, missed),
      loads: counted.loads,
      loadErrors: counted.loadErrors,
      entries,
    }
  }
  const { memory } = core
  return {
    tiers: {
      memory: {
        hits: memoryHits,
        misses: remoteHits + misses,
        hitRate: rate(memoryHits, remoteHits + misses),
        entries: memory.entries,
        bytes: memory.bytes,
        evictions: memory.evictions,
      },
      remote: {
        hits: remoteHits,
        misses: core.shared ? misses : 0,
        hitRate: rate(remoteHits, core.shared ? misses : 0),
        ...size,
      },
    },
    namespaces,
  }
}

function rate(hits: number, misses: number): number {
  return hits + misses === 0 ? 0 : hits / (hits + misses)
}
