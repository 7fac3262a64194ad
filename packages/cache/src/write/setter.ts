import type { SetOptions, SetResult } from '../cache.js'
import { CacheError } from '../cache-error.js'
import { publish } from '../cache-events.js'
import type { Core, Shared } from '../core.js'
import { checkKey, namespaceOf } from '../key/check-key.js'
import { keep } from '../memory/keep.js'
import { type HeldValue, privateCopy } from '../memory/private-copy.js'
import { Flight } from '../mirror/flights.js'
import type { Partition } from '../mirror/partition.js'
import type { EntryPolicy } from '../policy/entry-policy.js'
import { lifetimeMs } from '../policy/lifetime.js'
import type { Invalidated, PartitionPosition, Position, SetRequest } from '../remote/remote-tier.js'
import { checkAcknowledged } from './check-invalidate-options.js'
import type { Invalidator } from './invalidator.js'

/** One value on its way into both tiers. */
export interface Write {
  readonly partition: Partition
  readonly flight: Flight
  readonly policy: EntryPolicy
  readonly copy: HeldValue
  readonly tags: readonly string[]
  readonly ttlMs: number
  readonly version: number
  readonly acknowledged: boolean
  /** By the monotonic clock. */
  readonly calledMs: number
  /** At the call: an invalidation above it comes first. Null: nothing was known yet. */
  readonly known: Position | null
}

/** How far a value came. */
export interface Written {
  readonly stored: boolean
  readonly journaled: boolean
  readonly at: PartitionPosition | null
}

const noOptions: SetOptions = {}
const unchanged: Written = { stored: false, journaled: false, at: null }
/** The offset is too large by the time that one answer took. */
const offsetErrorMs = 1000

/** Sets a value: an invalidation and a fill in one, so that an older load cannot come after it. */
export class Setter {
  readonly #core: Core
  readonly #invalidator: Invalidator

  constructor(core: Core, invalidator: Invalidator) {
    this.#core = core
    this.#invalidator = invalidator
  }

  async set(key: string, value: unknown, options: SetOptions = noOptions): Promise<SetResult> {
    checkKey(key)
    this.#core.throwIfClosed()
    return this.result([await this.write(this.prepare(key, value, options))], options)
  }

  result(written: readonly Written[], options: SetOptions): SetResult | Promise<SetResult> {
    let journaled = false
    let stored = true
    for (const each of written) {
      journaled ||= each.journaled
      stored &&= each.stored
    }
    const remote = this.#core.shared ? (journaled ? 'journaled' : 'done') : 'none'
    publish({ kind: 'invalidation', by: 'set', remote })
    const result = { memory: true, remote, acknowledged: false, stored } as const
    if (!options.acknowledged) return result
    const at = written.flatMap(each => (each.at ? [each.at] : []))
    return this.#invalidator
      .settle(at, journaled, options)
      .then(acknowledged => ({ ...result, acknowledged }))
  }

  /** @throws CacheError CACHE_VALUE_UNSUPPORTED, CACHE_OPTION_INVALID, CACHE_TAG_INVALID; nothing is changed yet. */
  prepare(key: string, value: unknown, options: SetOptions): Write {
    const namespace = namespaceOf(key)
    const policy = this.#core.policies.of(namespace, options)
    const { tags } = policy
    const { version = -1, acknowledged = false } = options
    checkAcknowledged(acknowledged)
    if (options.version !== undefined && !(Number.isSafeInteger(version) && version >= 0))
      throw new CacheError('CACHE_OPTION_INVALID', 'version must be an integer, 0 or above', {
        field: 'version',
        key,
      })
    if (value === undefined)
      throw new CacheError('CACHE_VALUE_UNSUPPORTED', 'undefined is what a miss is; it cannot be set', {
        field: 'value',
        key,
      })
    const partition = this.#core.partitionFor(key)
    const flight = new Flight(key, namespace)
    flight.tags = tags
    return {
      partition,
      flight,
      policy,
      copy: privateCopy(value, policy.copy),
      tags,
      ttlMs: lifetimeMs(policy, value, undefined, this.#core.rates.of(namespace), this.#core.random),
      version,
      acknowledged,
      calledMs: this.#core.clock.monotonic(),
      known: knownOf(partition),
    }
  }

  async write(write: Write): Promise<Written> {
    const { partition, flight } = write
    const wait = this.#core.arrival(partition)
    if (wait) await wait
    partition.flights.withhold(flight)
    const { shared } = this.#core
    const scope: Invalidated = { kind: 'keys', names: [flight.key] }
    try {
      if (!shared) return this.#alone(write, scope)
      if (partition.journal.size > 0 && !(await this.#invalidator.replay(partition)))
        throw new Error('the journal could not be sent')
      const known = write.known ?? nothingKnown(partition)
      if (!known || !this.#core.sharedFor(write.policy)) return await this.#here(shared, write, scope)
      const { tier, guard, sync } = shared
      const request = this.#request(write, known)
      const reply = await guard.run('set', partition, () => tier.set(request))
      // Kept: what stands is newer, and its message may be on its way; older copies go as for any set.
      sync.applyOwn(partition, scope, reply)
      const stored = reply.outcome === 'stored'
      if (stored) this.#keep(write, reply, write.calledMs)
      return { stored, journaled: false, at: atOf(partition, reply) }
    } catch (error) {
      if (error instanceof CacheError && error.code !== 'CACHE_REMOTE_UNAVAILABLE') throw error
      this.#invalidator.journal(partition, scope)
      return { stored: false, journaled: true, at: null }
    } finally {
      partition.flights.remove(flight)
    }
  }

  #request(write: Write, known: Position): SetRequest {
    const { partition, flight, policy, copy, tags, ttlMs, version, acknowledged, calledMs } = write
    const { key, namespace } = flight
    const envelope = this.#core.codec.encode(key, copy.value, policy, {
      gen: known.gen,
      seq: 0,
      expiresAtMs: 0,
      createdAtMs: 0,
      version,
      loadMs: 0,
      staleMs: policy.staleMs,
      token: this.#core.nextToken(),
      tags,
    })
    return {
      partition: partition.index,
      key,
      namespace,
      envelope,
      tags,
      ttlMs,
      keepMs: ttlMs + policy.staleMs,
      known,
      calledAtMs: calledMs + partition.remoteOffsetMs - offsetErrorMs,
      version,
      note: { from: this.#core.instance, acknowledge: acknowledged },
    }
  }

  /** A value that is kept out of the second tier, which only loses what it has. */
  async #here({ tier, guard, sync }: Shared, write: Write, scope: Invalidated): Promise<Written> {
    const { partition, flight } = write
    if (hasNewer(write)) return unchanged
    const note = { from: this.#core.instance, acknowledge: write.acknowledged }
    const position = await guard.run('invalidate', partition, () =>
      tier.invalidateKeys(partition.index, [flight.key], note),
    )
    if (hasNewer(write)) return unchanged // it came meanwhile
    sync.applyOwn(partition, scope, position)
    const stored = follows(write.known, position) && this.#keep(write, position)
    return { stored, journaled: false, at: atOf(partition, position) }
  }

  #alone(write: Write, scope: Invalidated): Written {
    const { partition } = write
    if (hasNewer(write)) return unchanged
    const seq = partition.applyAlone(scope)
    return { stored: this.#keep(write, { gen: partition.gen ?? '', seq }), journaled: false, at: null }
  }

  #keep(
    { partition, flight, policy, copy, tags, ttlMs, version }: Write,
    { gen, seq }: Position,
    createdAtMs = this.#core.clock.monotonic(),
  ): boolean {
    return keep(this.#core, partition, flight, policy, {
      copy,
      gen,
      seq,
      tags,
      createdAtMs,
      expiresAtMs: createdAtMs + ttlMs,
      staleMs: policy.staleMs,
      loadMs: 0,
      token: '',
      version,
    })
  }
}

/** By what this process knows, where the second tier does not keep versions. */
function hasNewer({ partition, flight, version }: Write): boolean {
  return version >= 0 && partition.versionOf(flight.key) >= version
}

function knownOf({ gen, heard }: Partition): Position | null {
  return gen === null ? null : { gen, seq: heard }
}

/**
 * For a set that was called before the second tier had answered: any mark, and any record that reaches it, may be of an
 * invalidation after the call, so all of them win over it.
 */
function nothingKnown({ gen }: Partition): Position | null {
  return gen === null ? null : { gen, seq: 0 }
}

/** Whether nothing at all came between: no script has judged a value that this process alone keeps. */
function follows(known: Position | null, { gen, seq }: Position): boolean {
  return known?.gen === gen && known.seq + 1 === seq
}

function atOf({ index }: Partition, { gen, seq }: Position): PartitionPosition {
  return { partition: index, gen, seq }
}
