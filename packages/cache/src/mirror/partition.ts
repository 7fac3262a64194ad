import type { Clock } from '@voiceassist/kernel'
import { KnownGen } from '../codec/known-gen.js'
import { matchGlob } from '../key/match-glob.js'
import type { EntryLife, EntryScope, Epoch } from '../memory/entry-scope.js'
import type { MemoryTier } from '../memory/memory-tier.js'
import type { PatternSweeper } from '../memory/pattern-sweeper.js'
import type { VoidSweeper } from '../memory/void-sweeper.js'
import type { Invalidated, Meta } from '../remote/remote-tier.js'
import { Flights } from './flights.js'
import type { Heard, HeardNumbers } from './heard.js'
import { Journal } from './journal.js'
import type { KeyHits } from './key-hits.js'
import { Records } from './records.js'
import { RemovedVersions } from './removed-versions.js'
import { Watchers } from './watchers.js'

/** What all partitions of an instance share. */
export interface Common {
  readonly clock: Clock
  readonly memory: MemoryTier
  readonly voids: VoidSweeper
  readonly patterns: PatternSweeper
  readonly keyHits: KeyHits
  readonly numbers: HeardNumbers
}

/** What this instance knows of one partition of the second tier, and what it holds under that knowledge. */
export class Partition {
  readonly index: number
  readonly flights = new Flights()
  readonly watchers = new Watchers()
  knownGen: KnownGen | null = null
  /** The last invalidation whose message was applied here: moved by messages in their order, or by a resync. */
  seen = -1
  /** The highest that any reply told of. */
  known = -1
  /** Ends, and begins anew, whenever messages may have been missed. */
  epoch: Epoch = { trustedUntilMs: Number.NEGATIVE_INFINITY, patternSeq: 0 }
  /** Which connection is in use: replies of an earlier one are not believed. */
  connection = 0
  connected = false
  /** Set while the records are read anew; resolves to whether that succeeded. */
  resyncing: Promise<boolean> | null = null
  /** Trust that a heartbeat will give as soon as messages up to `seq` have come. */
  due: { readonly seq: number; readonly untilMs: number } | null = null
  readonly journal = new Journal()
  readonly records: Records
  /** At most what is to be added to the monotonic clock for the second tier's. */
  remoteOffsetMs = 0
  readonly #common: Common
  readonly #removed: RemovedVersions
  #heard: Heard = { seq: -1 }
  readonly #scopes = new Map<string, EntryScope>()
  readonly #waiting = new Set<() => void>()
  #walking = 0

  constructor(index: number, common: Common) {
    this.index = index
    this.#common = common
    this.records = new Records(common.clock)
    this.#removed = new RemovedVersions(common.clock)
  }

  get gen(): string | null {
    return this.knownGen === null ? null : this.knownGen.text
  }

  trust(untilMs: number): void {
    if (untilMs > this.epoch.trustedUntilMs) this.epoch.trustedUntilMs = untilMs
    this.settle()
  }

  /** Calls `wake` at the next `trust` or `settle`, unless the returned function is called before. */
  onceSettled(wake: () => void): () => void {
    this.#waiting.add(wake)
    return () => this.#waiting.delete(wake)
  }

  /** There is nothing to wait for: no connection can be had. */
  settle(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  /** There is no second tier: what is known here is all there is. */
  standAlone(): void {
    this.knownGen = new KnownGen('alone')
    this.seen = 0
    this.known = 0
    this.connected = true
    this.trust(Number.POSITIVE_INFINITY)
  }

  trusted(nowMs: number): boolean {
    return nowMs < this.epoch.trustedUntilMs
  }

  /** Everything held so far is void, and what is under way will not be kept. */
  distrust(): void {
    this.epoch.trustedUntilMs = Number.NEGATIVE_INFINITY
    this.due = null
    this.epoch = { trustedUntilMs: Number.NEGATIVE_INFINITY, patternSeq: 0 }
    this.#scopes.clear()
    this.flights.hitWhere(Number.POSITIVE_INFINITY, () => true)
    this.#common.voids.request()
    this.watchers.hit({ kind: 'all' })
  }

  /** Takes over what the second tier says; the caller has called `distrust`. */
  replace(meta: Meta): void {
    this.knownGen = new KnownGen(meta.gen)
    this.seen = meta.seq
    this.known = meta.seq
    this.#heard = this.#common.numbers.of(meta.gen)
    this.learn(meta.seq)
    this.records.replace(meta)
  }

  learn(seq: number): void {
    if (seq > this.known) this.known = seq
    if (seq > this.#heard.seq) this.#heard.seq = seq
  }

  /** What came before a call that is made now, as far as anything in this process tells. */
  get heard(): number {
    return Math.max(this.known, this.#heard.seq)
  }

  /** What an entry of this namespace depends on. One with tags holds their cells until `release`. */
  scope(namespace: string, tags: readonly string[], life: EntryLife | null): EntryScope {
    if (tags.length === 0 && life === null) {
      let shared = this.#scopes.get(namespace)
      if (!shared) {
        shared = {
          home: this.records,
          epoch: this.epoch,
          namespace: this.records.namespace(namespace),
          tags: null,
          life: null,
        }
        this.#scopes.set(namespace, shared)
      }
      return shared
    }
    const cells = this.records.hold(tags)
    return {
      home: this.records,
      epoch: this.epoch,
      namespace: this.records.namespace(namespace),
      tags: cells.length > 0 ? cells : null,
      life,
    }
  }

  /** Whether a value read at `seq` of the generation `gen` is void by what is known here. */
  voids(gen: string | null, seq: number, key: string, namespace: string, tags: readonly string[]): boolean {
    if (gen !== this.gen) return true
    return this.records.void(seq, key, namespace, tags)
  }

  /** What an invalidation does here; how many entries left at once. What else it reaches is void from now on. */
  apply(scope: Invalidated, seq: number): number {
    if (scope.kind === 'all') {
      this.distrust()
      return 0
    }
    const dropped = this.#drop(scope, seq)
    this.watchers.hit(scope)
    return dropped
  }

  /** Without a second tier the counter is kept here. */
  applyAlone(scope: Invalidated): number {
    this.seen++
    this.known = this.seen
    this.apply(scope, this.seen)
    return this.seen
  }

  /** Of what is or was just held in memory; -1: none. */
  versionOf(key: string): number {
    return this.#versionAt(this.#common.memory.find(key), key)
  }

  #drop(scope: Exclude<Invalidated, { kind: 'all' }>, seq: number): number {
    switch (scope.kind) {
      case 'keys': {
        let dropped = 0
        for (const key of scope.names) {
          const slot = this.#common.memory.find(key)
          if (slot >= 0) this.#observeChange(slot, seq)
          const version = this.#versionAt(slot, key)
          if (version >= 0) this.#removed.add(key, version)
          if (this.#common.memory.deleteBelow(key, seq)) dropped++
          this.flights.hitKey(key, seq)
          this.#common.keyHits.hit(key, seq)
        }
        return dropped
      }
      case 'namespaces':
        for (const name of scope.names) this.records.raiseNamespace(name, seq)
        this.flights.hitWhere(seq, flight => scope.names.includes(flight.namespace))
        this.#common.voids.request()
        return 0
      case 'tags':
        this.records.raiseTags(scope.names, seq)
        this.flights.hitWhere(seq, flight => flight.tags.some(tag => scope.names.includes(tag)))
        this.#common.voids.request()
        return 0
      case 'patterns':
        for (const pattern of scope.names) this.#applyPattern(pattern, seq)
        return 0
    }
  }

  #versionAt(slot: number, key: string): number {
    const held = slot < 0 ? -1 : (this.#common.memory.scopeAt(slot).life?.version ?? -1)
    return Math.max(held, this.#removed.of(key))
  }

  #observeChange(slot: number, seq: number): void {
    if (this.#common.memory.seqAt(slot) >= seq || this.#common.memory.isVoid(slot)) return
    const { life } = this.#common.memory.scopeAt(slot)
    life?.rate?.observe(true, this.#common.clock.monotonic() - life.createdAtMs)
  }

  #applyPattern(pattern: string, seq: number): void {
    this.records.raisePattern(pattern, seq)
    this.flights.hitWhere(seq, flight => matchGlob(pattern, flight.key))
    const { epoch } = this
    epoch.patternSeq = Math.max(epoch.patternSeq, seq)
    this.#walking++
    void this.#common.patterns.sweep(epoch, pattern, seq).then(() => {
      if (--this.#walking === 0) epoch.patternSeq = 0
    })
  }
}
