import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Clock } from '@voiceassist/kernel'
import { CacheError } from './cache-error.js'
import { publish } from './cache-events.js'
import type { CacheOptions } from './cache-options.js'
import { ValueCodec } from './codec/value-codec.js'
import type { Core, Shared } from './core.js'
import { partitionOf } from './key/partition-of.js'
import { MemoryTier } from './memory/memory-tier.js'
import { PatternSweeper } from './memory/pattern-sweeper.js'
import { VoidSweeper } from './memory/void-sweeper.js'
import { HeardNumbers } from './mirror/heard.js'
import { KeyHits } from './mirror/key-hits.js'
import { type Common, Partition } from './mirror/partition.js'
import { ChangeRates } from './policy/change-rate.js'
import type { EntryPolicy } from './policy/entry-policy.js'
import { Policies } from './policy/policies.js'

/** What a test replaces. */
export interface Surroundings {
  readonly clock: Clock
  readonly random: () => number
  /** Of this instance: unique among those that share a second tier. */
  readonly instance: string
  /** Shared by the caches of one process. @default of this cache alone */
  readonly heard?: HeardNumbers
}

const defaultMaxEntries = 10_000
const defaultMaxBytes = 64 * 2 ** 20
/** A connection that is still being made is waited for by the first calls, for so long after the start. */
const arrivalMs = 1000

/** The parts of one cache that every operation works with. */
export class CacheCore implements Core {
  readonly clock: Clock
  readonly random: () => number
  readonly memory: MemoryTier
  readonly codec: ValueCodec
  readonly policies: Policies
  readonly rates = new ChangeRates()
  readonly keyHits = new KeyHits()
  readonly partitions: readonly Partition[]
  readonly instance: string
  readonly closed: AbortSignal
  shared: Shared | null = null
  closing = false
  readonly #close = new AbortController()
  readonly #bornMs: number
  readonly #timeoutMs: number
  readonly #keptOut = new Set<EntryPolicy>()
  #tokens = 0

  constructor(options: CacheOptions, { clock, random, instance, heard = new HeardNumbers() }: Surroundings) {
    this.clock = clock
    this.random = random
    this.instance = instance
    this.closed = this.#close.signal
    setMaxListeners(0, this.closed)
    this.#bornMs = clock.monotonic()
    this.#timeoutMs = options.remoteTimeoutMs ?? 100
    this.policies = new Policies(options.defaults ?? {}, options.namespaces ?? {})
    this.codec = new ValueCodec(options.prefix ?? 'va', options.encryption ?? [])
    const { maxEntries = defaultMaxEntries, maxBytes = defaultMaxBytes } = options.memory ?? {}
    this.memory = new MemoryTier(
      { maxEntries, maxBytes },
      {
        evicted: (reason, entries) => publish({ kind: 'eviction', reason, entries }),
        released: scope => {
          if (scope.tags) scope.home.release(scope.tags)
        },
      },
    )
    const common: Common = {
      clock,
      memory: this.memory,
      voids: new VoidSweeper(this.memory, clock, this.closed),
      patterns: new PatternSweeper(this.memory),
      keyHits: this.keyHits,
      numbers: heard,
    }
    const count = options.remote?.partitions ?? 1
    this.partitions = Array.from({ length: count }, (_, at) => new Partition(at, common))
    if (!options.remote) for (const partition of this.partitions) partition.standAlone()
  }

  throwIfClosed(): void {
    if (this.closing) throw new CacheError('CACHE_CLOSED', 'The cache is closed')
  }

  nextToken(): string {
    return `${this.instance}.${(++this.#tokens).toString(36)}`
  }

  partitionFor(key: string): Partition {
    const { partitions } = this
    return partitions[partitions.length === 1 ? 0 : partitionOf(key, partitions.length)] as Partition
  }

  arrival(partition: Partition): Promise<void> | undefined {
    if (partition.gen !== null || !this.shared || this.shared.sync.refused) return
    const leftMs = this.#bornMs + arrivalMs - this.clock.monotonic()
    return leftMs > 0 ? this.#settled(partition, leftMs) : undefined
  }

  async belief(partition: Partition): Promise<boolean> {
    const believed = () => partition.trusted(this.clock.monotonic())
    if (believed()) return true
    if ((partition.connected || partition.resyncing) && !this.shared?.guard.open)
      await this.#settled(partition, this.#timeoutMs)
    return believed()
  }

  sharedFor(policy: EntryPolicy): Shared | null {
    if (!policy.remote || this.shared === null) return null
    if (!policy.sensitive || this.codec.encrypts) return this.shared
    if (!this.#keptOut.has(policy)) {
      this.#keptOut.add(policy)
      publish({ kind: 'sensitive-kept-out' })
    }
    return null
  }

  /** Whatever still waits gives up. */
  end(): void {
    this.#close.abort(new CacheError('CACHE_CLOSED', 'The cache is closed'))
  }

  async #settled(partition: Partition, ms: number): Promise<void> {
    const rest = new AbortController()
    const forget = partition.onceSettled(() => rest.abort())
    await this.clock.sleep(ms, rest.signal).catch(() => {})
    forget()
  }
}

/** Random, so that an instance that starts again is another one. */
export function newInstanceId(): string {
  return randomBytes(9).toString('base64url')
}
