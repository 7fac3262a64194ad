import type { KeyState, TierEntry } from '../cache.js'
import { CacheError } from '../cache-error.js'
import { readEnvelope } from '../codec/read-envelope.js'
import type { Core } from '../core.js'
import { namespaceOf } from '../key/check-key.js'
import type { Partition } from '../mirror/partition.js'
import { held } from '../read/held.js'

/** Where a key stands, without a hit being counted. */
export async function inspectKey(core: Core, key: string): Promise<KeyState> {
  const partition = core.partitionFor(key)
  const namespace = namespaceOf(key)
  const { sensitive } = core.policies.of(namespace)
  const memory = inMemory(core, partition, key)
  const remote = await inRemote(core, partition, key, namespace)
  return { key, namespace, sensitive, ...(memory && { memory }), ...(remote && { remote }) }
}

function inMemory(core: Core, partition: Partition, key: string): TierEntry | undefined {
  const here = held(core, partition, key)
  if (here?.state !== 'good') return
  const { memory, clock } = core
  const { life, tags } = memory.scopeAt(here.slot)
  const expiresAtMs = life?.expiresAtMs ?? memory.deadlineAt(here.slot)
  return {
    expiresInMs: expiresAtMs - clock.monotonic(),
    bytes: memory.bytesAt(here.slot),
    tags: (tags ?? []).map(({ name }) => name),
  }
}

async function inRemote(
  core: Core,
  partition: Partition,
  key: string,
  namespace: string,
): Promise<TierEntry | undefined> {
  const { shared, clock } = core
  if (!shared || !partition.trusted(clock.monotonic())) return
  try {
    const bytes = await shared.guard.run('get', partition, () => shared.tier.get(partition.index, key))
    if (!bytes) return
    const { header } = readEnvelope(bytes)
    const expiresInMs = header.expiresAtMs - partition.remoteOffsetMs - clock.monotonic()
    if (expiresInMs <= 0 || partition.voids(header.gen, header.seq, key, namespace, header.tags)) return
    return { expiresInMs, bytes: bytes.length, tags: header.tags }
  } catch (error) {
    if (error instanceof CacheError) return
    throw error
  }
}
