import { isDeepStrictEqual } from 'node:util'
import type { LoadOptions } from '../cache.js'
import type { Core, Shared } from '../core.js'
import { keep } from '../memory/keep.js'
import { type HeldValue, privateCopy } from '../memory/private-copy.js'
import type { Flight } from '../mirror/flights.js'
import type { LoadedValue } from '../mirror/loaded-value.js'
import type { Partition } from '../mirror/partition.js'
import type { EntryPolicy } from '../policy/entry-policy.js'
import { lifetimeMs } from '../policy/lifetime.js'
import type { LoadRun } from './load-context.js'

/** Of a batch, which has read the second tier already. */
export interface BatchPart {
  /** The second tier did not answer: it is not asked again. */
  readonly away: boolean
  /** Told when this key waits for somebody else's load. */
  waits(): void
}

/** One key on its way through a miss. */
export interface Loading {
  readonly key: string
  readonly partition: Partition
  readonly flight: Flight
  readonly policy: EntryPolicy
  readonly options: LoadOptions
  /** Nobody waits for it: it is no miss. */
  readonly background?: boolean | undefined
  readonly batch?: BatchPart | undefined
  /** The second tier had it: nothing was loaded. */
  inRemote?: boolean
}

/** Where a load began. */
export interface ReadPoint {
  readonly gen: string | null
  readonly seq: number
  /** By the monotonic clock. */
  readonly startedMs: number
  /** By the second tier's clock. */
  readonly timeMs: number
  readonly token: string
}

/** What a loader brought for one key. */
export interface Brought {
  readonly value: unknown
  readonly run: LoadRun
}

const unkept = (value: unknown): HeldValue => ({ value, bytes: 0, copyOnRead: false })

/** Whether the second tier or memory may have it: `undefined` and what the loader skipped are only returned. */
export function isKept({ value, run }: Brought): boolean {
  return value !== undefined && !run.skipped
}

/** The value as it is handed out, without being kept anywhere. @throws CacheError CACHE_VALUE_UNSUPPORTED. */
export function outcome(loading: Loading, at: ReadPoint, brought: Brought): LoadedValue {
  const { value, run } = brought
  const copy = isKept(brought) ? privateCopy(value, loading.policy.copy) : unkept(value)
  return { copy, gen: at.gen, seq: at.seq, tags: run.tags }
}

/** Keeps a loaded value in memory alone. */
export function keepHere(core: Core, loading: Loading, at: ReadPoint, brought: Brought): LoadedValue {
  const loaded = outcome(loading, at, brought)
  if (!isKept(brought)) return loaded
  observeChange(core, loading, loaded)
  keepIn(core, loading, at, loaded, lifetimeOf(core, loading, brought))
  return loaded
}

/** Fills both tiers with what was loaded under a lease; a value that an invalidation overtook is kept nowhere. */
export async function fillShared(
  core: Core,
  { tier, guard, sync }: Shared,
  loading: Loading,
  at: ReadPoint,
  brought: Brought,
): Promise<LoadedValue> {
  const { key, partition, flight, policy } = loading
  const loaded = outcome(loading, at, brought)
  flight.tags = loaded.tags
  observeChange(core, loading, loaded)
  const ttl = lifetimeOf(core, loading, brought)
  const envelope = core.codec.encode(key, loaded.copy.value, policy, {
    gen: at.gen ?? '',
    seq: at.seq,
    expiresAtMs: at.timeMs + ttl,
    createdAtMs: at.timeMs,
    version: -1,
    loadMs: core.clock.monotonic() - at.startedMs,
    staleMs: policy.staleMs,
    token: at.token,
    tags: loaded.tags,
  })
  try {
    const reply = await guard.run('fill', partition, () =>
      tier.fill({
        partition: partition.index,
        key,
        namespace: flight.namespace,
        token: at.token,
        envelope,
        keepMs: ttl + policy.staleMs,
      }),
    )
    sync.learn(partition, reply)
    if (reply.stored) keepIn(core, loading, at, loaded, ttl)
  } catch {
    // no answer: it may be stored or not, and a later read will see; this one has its value
  }
  return loaded
}

function lifetimeOf(core: Core, { policy, flight }: Loading, { value, run }: Brought): number {
  return lifetimeMs(policy, value, run.saidTtlMs, core.rates.of(flight.namespace), core.random)
}

/** Whether the value that expired had still been right. */
function observeChange({ memory, clock }: Core, { key, policy }: Loading, { copy }: LoadedValue): void {
  if (!policy.adaptive) return
  const slot = memory.find(key)
  if (slot < 0 || memory.isVoid(slot)) return
  const { life } = memory.scopeAt(slot)
  if (!life) return
  const changed = !isDeepStrictEqual(memory.valueAt(slot), copy.value)
  life.rate?.observe(changed, clock.monotonic() - life.createdAtMs)
}

function keepIn(
  core: Core,
  { partition, flight, policy }: Loading,
  at: ReadPoint,
  loaded: LoadedValue,
  ttl: number,
): void {
  keep(core, partition, flight, policy, {
    copy: loaded.copy,
    gen: at.gen,
    seq: at.seq,
    tags: loaded.tags,
    createdAtMs: at.startedMs,
    expiresAtMs: at.startedMs + ttl,
    staleMs: policy.staleMs,
    loadMs: core.clock.monotonic() - at.startedMs,
    token: at.token,
    version: -1,
  })
}
