import { AsyncResource } from 'node:async_hooks'
import type { Clock } from '@voiceassist/kernel'
import { compileSnapshot } from '../evaluate/compile-snapshot.js'
import type { FlagCounts } from '../evaluate/flag-counts.js'
import type { FlagSnapshot } from '../flag/flag-definition.js'
import { publish } from '../flag-events.js'
import { changedFlags } from './changed-flags.js'
import type { FlagTally } from './flag-tally.js'
import type { HeldSnapshot } from './held-snapshot.js'
import { type SnapshotSource, unavailable } from './snapshot-source.js'

export interface KeeperParts {
  readonly environment: string
  readonly held: HeldSnapshot
  readonly source: SnapshotSource
  readonly tally: FlagTally
  readonly counts: FlagCounts
  readonly clock: Clock
  readonly closed: AbortSignal
  /** Before the first reload. */
  readonly before: () => Promise<void>
  /** After each that found what is current. */
  readonly reloaded: () => void
  readonly changed: (revision: number, names: readonly string[]) => void
}

interface Run {
  readonly startedMs: number
  readonly end: Promise<boolean>
  /** What had been heard of when it read. */
  heard: number
}

const askEveryMs = 1000
const maxPauseMs = 5000
/** How long a look-up waits for a reload, counted from the reload's start. */
const lookUpWaitMs = 1000

/**
 * Keeps the snapshot in memory current: reloads it when an invalidation was heard of, and asks the store for its
 * revision every second, which is the truth. One reload runs at a time.
 */
export class SnapshotKeeper {
  readonly #parts: KeeperParts
  /** A caller's transaction must not reach the cache or the store through us. */
  readonly #outside = new AsyncResource('FeatureFlags')
  #started: Promise<void> | undefined
  #startedMs = 0
  #connected: Promise<void> | undefined
  /** Nothing is loaded before. */
  #isConnected = false
  #hasTried = false
  #confirming: Promise<void> | undefined
  #run: Run | undefined
  #asking = false
  /** The highest revision that the store told of. */
  #floor = 0
  #failures = 0
  #pauseUntilMs = Number.NEGATIVE_INFINITY

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  /** The first call starts it; resolves when the first attempt to load is over. */
  start(): Promise<void> {
    this.#started ??= this.#outside.runInAsyncScope(() => this.#begin())
    return this.#started
  }

  /** Whether the first attempt to load is over. */
  get hasTried(): boolean {
    return this.#hasTried
  }

  invalidated(): void {
    this.#parts.held.invalidated()
    this.#wake()
  }

  /** For a look-up that does not wait: begins what may bring a valid answer, unless that was in vain a moment ago. */
  wake(): void {
    if (!this.#started) void this.start()
    else if (this.#failures === 0) this.#wake()
  }

  /**
   * For a look-up: resolves when what is held was read after all that was heard of before, and is confirmed; or that
   * cannot be had within a second. Does not wait while the last attempt was in vain.
   */
  async settled(): Promise<void> {
    const { clock, closed } = this.#parts
    if (closed.aborted || this.#isInVain()) return
    const over = new AbortController()
    const tired = clock.sleep(lookUpWaitMs, over.signal).catch(() => {})
    const ended = new Promise<void>(resolve => {
      closed.addEventListener('abort', () => resolve(), { once: true, signal: over.signal })
    })
    await Promise.race([this.#settle(), tired, ended])
    over.abort()
  }

  /**
   * Asks the store, and loads what is newer.
   * @throws FlagError FLAG_STORE_UNAVAILABLE.
   */
  async ask(): Promise<void> {
    void this.start()
    await this.#connected
    await this.#outside.runInAsyncScope(() => this.#ask())
  }

  async #begin(): Promise<void> {
    const { before, closed, held, clock, reloaded } = this.#parts
    if (closed.aborted) return
    this.#startedMs = clock.monotonic()
    this.#connected = before()
    await this.#connected
    if (closed.aborted) return
    this.#isConnected = true
    this.#asking = true
    void this.#loop()
    const asked = this.#ask().catch(() => {})
    await Promise.all([asked, this.#loadedAfter(held.heard)])
    this.#asking = false
    this.#hasTried = true
    reloaded()
  }

  #isInVain(): boolean {
    if (this.#hasTried && this.#failures > 0) return true
    const since = this.#hasTried ? this.#run?.startedMs : this.#started && this.#startedMs
    return since !== undefined && this.#parts.clock.monotonic() - since >= lookUpWaitMs
  }

  async #settle(): Promise<void> {
    const { held, clock } = this.#parts
    if (!this.#hasTried) return this.start()
    if (clock.monotonic() >= held.hitUntilMs) await this.#loadedAfter(held.heard)
    // What is asked already may have been answered before this process was stopped for a while.
    for (let asked = 0; asked < 2 && this.#failures === 0 && !held.confirmed(clock.monotonic()); asked++) {
      this.#confirming ??= this.ask()
        .catch(() => {})
        .finally(() => {
          this.#confirming = undefined
        })
      await this.#confirming
    }
  }

  /** A reload begins, unless one runs: that one will see to it. */
  #wake(): void {
    if (this.#isConnected && !this.#run && !this.#parts.closed.aborted)
      this.#outside.runInAsyncScope(() => this.#reload())
  }

  async #loop(): Promise<void> {
    const { clock, closed, held, reloaded } = this.#parts
    for (;;) {
      await clock.sleep(askEveryMs, closed).catch(() => {})
      if (closed.aborted) return
      reloaded()
      if (this.#asking || clock.monotonic() < this.#pauseUntilMs) continue
      this.#asking = true
      void this.#ask()
        .catch(() => {
          if (held.superseded || held.revision < 0) this.#wake() // the second tier may know
        })
        .finally(() => {
          this.#asking = false
        })
    }
  }

  async #ask(): Promise<void> {
    const { held, source, clock, reloaded } = this.#parts
    const { heard, revision: before } = held
    const askedMs = clock.monotonic()
    let revision: number
    try {
      revision = await source.revision()
    } catch (error) {
      this.#failed()
      throw error
    }
    if (revision < before) {
      this.#failed()
      throw unavailable(`The store of the flags is at revision ${revision}, behind ${before}, which is known`)
    }
    this.#failures = 0
    this.#floor = Math.max(this.#floor, revision)
    if (held.revision < revision && !(await this.#loadedAfter(0)))
      throw unavailable('The store of the flags has a change that cannot be loaded')
    held.confirm(askedMs, heard)
    reloaded()
  }

  /** Whether a reload that began after `heard` invalidations, and of what the store told of, has succeeded. */
  async #loadedAfter(heard: number): Promise<boolean> {
    const { held, closed } = this.#parts
    for (;;) {
      if (closed.aborted) return false
      this.#wake()
      const run = this.#run
      if (!run) return false
      if (!(await run.end)) return false
      if (run.heard >= heard && held.revision >= this.#floor) return true
    }
  }

  #reload(): void {
    const { held, clock, closed } = this.#parts
    const run: Run = {
      startedMs: clock.monotonic(),
      heard: held.heard,
      end: Promise.resolve()
        .then(() => this.#load(run))
        .then(loaded => {
          this.#run = undefined
          if (loaded && !closed.aborted && (held.superseded || held.revision < this.#floor)) this.#reload()
          return loaded
        }),
    }
    this.#run = run
  }

  async #load(run: Run): Promise<boolean> {
    const { held, source, tally, clock, environment, reloaded } = this.#parts
    let atMs = run.startedMs
    const begin = () => {
      atMs = clock.monotonic()
      run.heard = held.heard
    }
    let tier: 'l2' | 'l3' | 'none' = 'none'
    try {
      const read = await source.read(Math.max(this.#floor, held.revision, 0), begin)
      this.#put(read.snapshot)
      held.loaded(atMs, run.heard)
      tier = read.tier
      if (tier === 'l3') {
        held.confirm(atMs, run.heard)
        this.#failures = 0
      }
    } catch {
      this.#failed()
    }
    tally.reloaded(tier)
    const durationMs = clock.monotonic() - run.startedMs
    publish({ kind: 'reload', environment, tier, durationMs, revision: held.revision })
    reloaded()
    return tier !== 'none'
  }

  #put(snapshot: FlagSnapshot): void {
    const { held, counts, changed } = this.#parts
    if (snapshot.revision === held.revision) return
    const before = held.data
    held.put(compileSnapshot(snapshot, counts), snapshot)
    counts.keep(snapshot.flags.map(({ name }) => name))
    if (before) changed(snapshot.revision, changedFlags(before, snapshot))
  }

  #failed(): void {
    this.#failures++
    const pauseMs = Math.min(askEveryMs * 2 ** (this.#failures - 1), maxPauseMs)
    this.#pauseUntilMs = this.#parts.clock.monotonic() + pauseMs
  }
}
