import type { Clock } from '@voiceassist/kernel'
import type { FlagCache } from './flag-cache.js'
import { freshMs } from './held-snapshot.js'
import { withDeadline } from './with-deadline.js'

export interface AppliedParts {
  readonly cache: FlagCache
  readonly environment: string
  readonly clock: Clock
  readonly closed: AbortSignal
}

const announceMs = 1000
const lookAgainMs = 50
const answerMs = 500
const kept = { ttl: 600, memory: false } as const
const renewMs = 60_000
const retryMs = 1000
/** An instance that has not been heard of for so long has confirmed nothing for two seconds, and says STALE. */
const lostMs = 3000
/** A record that the second tier lost is written again within this. */
const rewrittenMs = 2500
/** How long one is remembered that the second tier does not list any more: it may have lost it, and it may live. */
const rememberedMs = kept.ttl * 1000
/** Written by one that evaluates no longer. */
const left = Number.MAX_SAFE_INTEGER

interface Other {
  /** Of the last time that the second tier listed it. */
  seenMs: number
  /** Undefined until it is known whether it evaluates flags of the environment. */
  evaluating: boolean | undefined
}

/** Tells the other instances, by the second tier, which revision this one serves, and reads what they serve. */
export class AppliedRecords {
  readonly #parts: AppliedParts
  #key: string | undefined
  #writtenRevision = -1
  #writtenHeard = -1
  #writtenMs = 0
  #writing = false
  #pauseUntilMs = Number.NEGATIVE_INFINITY
  /** By id. */
  readonly #others = new Map<string, Other>()

  constructor(parts: AppliedParts) {
    this.#parts = parts
  }

  /** Before anything is served: from now on a waiter counts this instance. Where the cache is away, it cannot. */
  async announce(): Promise<void> {
    const { cache, clock } = this.#parts
    const untilMs = clock.monotonic() + announceMs
    await this.#call(() => cache.mget([this.#keyOf('-')], { memory: false })).catch(() => {}) // it connects
    while ((await this.#findKey()) && !this.#key && clock.monotonic() < untilMs)
      await clock.sleep(lookAgainMs, this.#parts.closed).catch(() => {})
    if (this.#key) await this.#write(0, -1)
  }

  /** Called again and again; writes what is not written yet. */
  serves(revision: number, heard: number): void {
    const nowMs = this.#parts.clock.monotonic()
    const known = revision === this.#writtenRevision && heard === this.#writtenHeard
    if (this.#writing || nowMs < this.#pauseUntilMs || (known && nowMs < this.#writtenMs + renewMs)) return
    this.#writing = true
    void this.#tell(revision, heard).finally(() => {
      this.#writing = false
    })
  }

  /**
   * How many live instances that evaluate flags of the environment do not serve `revision` yet.
   * @param waitedMs since the caller knows of the revision
   * @throws where the second tier does not answer
   */
  async missing(revision: number, waitedMs: number): Promise<number> {
    const { cache } = this.#parts
    const lagsMs = await this.#list()
    const isLost = (id: string) => (lagsMs.get(id) ?? Number.POSITIVE_INFINITY) > lostMs
    const waitedFor = [...this.#others.keys()].filter(id => waitedMs <= freshMs || !isLost(id))
    if (waitedFor.length === 0) return 0
    const own = this.#key ?? this.#keyOf('-')
    const keys = [own, ...waitedFor.map(id => this.#keyOf(id))]
    const served = await this.#call(() => cache.mget<number>(keys, { memory: false }))
    // A tier that has gone away answers with nothing: only what this instance has written shows that it was read.
    if (!served.has(own)) {
      this.#writtenRevision = -1
      throw new Error('The record of this instance is not there')
    }
    return waitedFor.filter(id => this.#lacks(id, served.get(this.#keyOf(id)), revision, waitedMs)).length
  }

  /** One without a record evaluates nothing, unless the second tier has lost it: that one writes it again. */
  #lacks(id: string, served: number | undefined, revision: number, waitedMs: number): boolean {
    const other = this.#others.get(id) as Other
    if (served !== undefined) other.evaluating = served !== left
    else if (other.evaluating === undefined && waitedMs > rewrittenMs) other.evaluating = false
    return served === undefined ? other.evaluating !== false : served < revision
  }

  /** How long ago each other instance was heard of, by id. */
  async #list(): Promise<ReadonlyMap<string, number>> {
    const { cache, clock } = this.#parts
    const instances = await this.#call(() => cache.instances())
    const nowMs = clock.monotonic()
    const lagsMs = new Map<string, number>()
    for (const { id, self, lagMs } of instances) {
      if (self) {
        this.#key = this.#keyOf(id)
        continue
      }
      lagsMs.set(id, lagMs)
      this.#others.set(id, { seenMs: nowMs, evaluating: this.#others.get(id)?.evaluating })
    }
    for (const [id, { seenMs, evaluating }] of this.#others)
      if (!lagsMs.has(id) && (evaluating === false || seenMs + rememberedMs < nowMs)) this.#others.delete(id)
    return lagsMs
  }

  async leave(): Promise<void> {
    const key = this.#key
    if (!key) return
    const { cache, clock } = this.#parts
    const open = new AbortController().signal
    await withDeadline(clock, answerMs, open, () => cache.set(key, left, kept)).catch(() => {}) // it expires
  }

  /** A write that fails makes a cache distrust what it holds, and so wakes us: while it is away, none is tried. */
  async #tell(revision: number, heard: number): Promise<void> {
    const answers = await this.#findKey()
    if (this.#key && answers && (await this.#write(revision, heard))) return
    this.#pauseUntilMs = this.#parts.clock.monotonic() + retryMs
  }

  /** Whether the cache answers; it may not know of itself yet. */
  async #findKey(): Promise<boolean> {
    const lagsMs = await this.#list().catch(() => undefined)
    return lagsMs !== undefined && (this.#key !== undefined || lagsMs.size > 0)
  }

  async #write(revision: number, heard: number): Promise<boolean> {
    const { cache, clock } = this.#parts
    const key = this.#key as string
    const written = await this.#call(() => cache.set(key, revision, kept)).catch(() => undefined)
    if (!written?.stored) return false
    this.#writtenRevision = revision
    this.#writtenHeard = heard
    this.#writtenMs = clock.monotonic()
    return true
  }

  #keyOf(id: string): string {
    return `feature_flags_applied:${this.#parts.environment}:${id}`
  }

  #call<Answer>(run: () => Promise<Answer>): Promise<Answer> {
    const { clock, closed } = this.#parts
    return withDeadline(clock, answerMs, closed, run)
  }
}
