import type { Cache, InvalidateResult } from '@voiceassist/cache'
import type { Clock } from '@voiceassist/kernel'
import { type ChangeRecord, fits } from './change-record.js'
import {
  type CorpusHead,
  changesAfter,
  freshHead,
  lastChange,
  newChangeId,
  withChange,
} from './corpus-head.js'

export interface AppendOptions {
  readonly acknowledged?: boolean
}

export interface Appended {
  /** Undefined: the change could not be written, and everything before it is void. */
  readonly step: { readonly before: string; readonly after: string } | undefined
  readonly remote: InvalidateResult['remote']
}

const headKey = 'rag_corpus:head'
/** A `set` with it never replaces a head. */
const claim: CorpusHead = { version: 0, changes: [] }
const headTtlSeconds = 30 * 86_400
const probeSeconds = 10
const attempts = 8
const retryMs = 1000
/** So long another instance is left to make the head that it has claimed. */
const claimMs = 50
const keptRecordBytes = 16 * 2 ** 20
/** Of versions of a new head by the clock, above those of the last one, however many changes it counted. */
const versionsPerMs = 1000

/**
 * What changed in the corpus, kept in the cache: the head names the changes, each has a record of its own. See
 * docs/decisions/0037-rag-change-log.md for why a search that is judged by it is never out of date.
 */
export class ChangeLog {
  readonly #cache: Cache
  readonly #clock: Clock
  readonly #recordTtlSeconds: number
  readonly #records = new Map<string, ChangeRecord>()
  #recordBytes = 0
  #highest = 0
  #latest: CorpusHead | undefined
  #making: Promise<CorpusHead | undefined> | undefined
  #retryAtMs = Number.NEGATIVE_INFINITY

  /** @param searchMs the longest that a cached search lives */
  constructor(cache: Cache, clock: Clock, searchMs: number) {
    this.#cache = cache
    this.#clock = clock
    this.#recordTtlSeconds = Math.ceil(searchMs / 1000) + 600
  }

  /** Of the last head that this instance saw: good to stand at for a search that begins now. */
  get latestPoint(): string | undefined {
    return this.#latest && lastChange(this.#latest)
  }

  /** Undefined: the cache does not answer, so nothing may be kept or served. */
  async head(): Promise<CorpusHead | undefined> {
    return (await this.#read()) ?? (await this.#made())
  }

  /** Past this process's memory. */
  async headOfAll(): Promise<CorpusHead | undefined> {
    return this.#read(false)
  }

  /** The changes of a head after one; undefined when they cannot be told. */
  async after(head: CorpusHead, point: string): Promise<readonly ChangeRecord[] | undefined> {
    const ids = changesAfter(head, point)
    if (!ids) return undefined
    const missing = ids.filter(id => !this.#records.has(id))
    const found = new Map<string, ChangeRecord>()
    if (missing.length > 0) {
      const read = await this.#cache.mget<ChangeRecord>(missing.map(recordKey))
      for (const id of missing) {
        const record = read.get(recordKey(id))
        if (!record) return undefined
        found.set(id, record)
      }
    }
    const records = ids.map(id => this.#records.get(id) ?? found.get(id))
    for (const [id, record] of found) this.#keep(id, record)
    return records.every(record => record !== undefined) ? records : undefined
  }

  /**
   * Writes a change behind the last one; where that fails, everything is dropped instead.
   * @throws CacheError CACHE_REMOTE_UNAVAILABLE in acknowledged mode when the second tier does not answer.
   */
  async append(record: ChangeRecord, options: AppendOptions): Promise<Appended> {
    const id = newChangeId()
    if (!fits(record) || !(await this.#write(id, record))) return this.reset(options)
    return this.#advance(head => withChange(head, id, record.inserted.length), options, id)
  }

  /** Drops everything. @throws CacheError as `append`. */
  reset(options: AppendOptions): Promise<Appended> {
    return this.#advance(head => freshHead(head.version + 1), options, undefined)
  }

  async #advance(
    next: (head: CorpusHead) => CorpusHead,
    options: AppendOptions,
    id: string | undefined,
  ): Promise<Appended> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const head = (await this.#read(attempt === 0)) ?? (await this.#made())
      const before = head && lastChange(head)
      if (!head || before === undefined) break
      const { stored, remote } = await this.#set(next(head), options)
      if (stored) return { step: id === undefined ? undefined : { before, after: id }, remote }
      if (remote === 'journaled') return { step: undefined, remote } // which deletes the head
    }
    this.#latest = undefined
    const { remote } = await this.#cache.delete(headKey, options)
    return { step: undefined, remote }
  }

  async #write(id: string, record: ChangeRecord): Promise<boolean> {
    const { stored } = await this.#cache.set(recordKey(id), record, {
      ttl: this.#recordTtlSeconds,
      sensitive: true,
      compress: false,
      copy: 'none',
    })
    if (stored) this.#keep(id, record)
    return stored
  }

  async #read(memory = true): Promise<CorpusHead | undefined> {
    const head = await this.#standing(memory)
    if (!head) return undefined
    this.#highest = Math.max(this.#highest, head.version)
    if (head.changes.length === 0) return undefined
    this.#latest = head
    return head
  }

  async #standing(memory: boolean): Promise<CorpusHead | undefined> {
    const past = memory ? undefined : await this.#cache.get<CorpusHead>(headKey, { memory })
    return past ?? this.#cache.get<CorpusHead>(headKey)
  }

  /** One attempt at a time, and after one that failed none for a second. */
  #made(): Promise<CorpusHead | undefined> {
    if (this.#making) return this.#making
    if (this.#clock.monotonic() < this.#retryAtMs) return Promise.resolve(undefined)
    this.#making = this.#make().then(
      head => {
        if (!head) this.#retryAtMs = this.#clock.monotonic() + retryMs
        this.#making = undefined
        return head
      },
      error => {
        this.#making = undefined
        throw error
      },
    )
    return this.#making
  }

  /**
   * First a claim, which is taken only where there is no head; what comes of it has a number above that of a head that
   * was lost, so that nobody who still knows that one can write behind it.
   */
  async #make(): Promise<CorpusHead | undefined> {
    // A head that is not found may be one that is not seen: only if the cache answers is it asked for one.
    const probe = await this.#cache.set(`rag_corpus:probe.${newChangeId()}`, 0, { ttl: probeSeconds })
    if (!probe.stored) return undefined
    if (!(await this.#set(claim, {})).stored) {
      let standing = await this.#standing(false)
      if (standing?.changes.length === 0) {
        await this.#clock.sleep(claimMs)
        standing = await this.#standing(false)
      }
      // A claim that stays is of an instance that died: it is taken over.
      if (!standing || standing.changes.length > 0) return this.#read(false)
    }
    const version = Math.max(Math.trunc(this.#clock.now() * versionsPerMs), this.#highest + 1)
    await this.#set(freshHead(version), {})
    return this.#read(false)
  }

  #set(head: CorpusHead, { acknowledged = false }: AppendOptions) {
    const { version } = head
    return this.#cache.set(headKey, head, { version, acknowledged, ttl: headTtlSeconds, jitter: 0 })
  }

  #keep(id: string, record: ChangeRecord): void {
    if (this.#records.has(id)) return
    this.#records.set(id, record)
    this.#recordBytes += sizeOf(record)
    for (const [oldest, held] of this.#records) {
      if (this.#recordBytes <= keptRecordBytes) return
      this.#records.delete(oldest)
      this.#recordBytes -= sizeOf(held)
    }
  }
}

function recordKey(id: string): string {
  return `rag_change:${id}`
}

function sizeOf({ inserted, removed }: ChangeRecord): number {
  const chunks = inserted.reduce(
    (sum, { embedding, text }) => sum + embedding.byteLength + 2 * text.length,
    0,
  )
  return 500 + chunks + 50 * removed.length
}
