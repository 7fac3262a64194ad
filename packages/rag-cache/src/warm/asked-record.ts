import { createHash } from 'node:crypto'
import type { Cache } from '@voiceassist/cache'
import type { Clock } from '@voiceassist/kernel'
import { normaliserVersion } from '../key/normal-form.js'
import type { RagKeys } from '../key/rag-keys.js'
import type { StoredSearch } from '../search/stored-search.js'
import { type AskedQuestion, type AskedSearch, AskedSearches, mostAsked } from './asked-searches.js'

export interface AskedRecordParts {
  readonly cache: Cache
  readonly clock: Clock
  readonly keys: RagKeys
  /** What vectors are of, whatever the version of the index. */
  readonly model: { readonly name: string; readonly dimensions: number }
  readonly precision: string
  /** What is kept of a text beside its vector. */
  readonly featuresOf: (text: string) => unknown
}

interface StoredRecord {
  readonly version: number
  /** When its scores were those. */
  readonly atMs: number
  readonly asked: readonly (readonly [search: AskedQuestion, score: number])[]
}

const formatVersion = 1
const writeEveryMs = 300_000
const recordTtl = '7d'
const attempts = 3
const recordLimits = { searches: 200, bytes: 2 ** 20 }
/** Of what is in none of this instance's writes yet. */
const pendingLimits = { searches: 1000, bytes: 2 ** 23 }
/** Features that changed since the record was written mostly differ for this, too. */
const probe = "Which children's tests, at 2.5 mg or HbA1c above 7%, aren't safe for women without AIDS?"

/**
 * Which searches are asked for most, over all instances and restarts: counted here, and now and then added to one value
 * of the cache, which is encrypted as cached searches are.
 */
export class AskedRecord {
  readonly #parts: AskedRecordParts
  #key: string | undefined
  /** Counted here since they were last written, or too seldom asked for to be written. */
  #pending = new AskedSearches(pendingLimits)
  /** As it was last read or written here: it may be lost since. */
  #known: StoredRecord | undefined
  #writtenMs: number
  #writing: Promise<void> = Promise.resolve()

  constructor(parts: AskedRecordParts) {
    this.#parts = parts
    this.#writtenMs = parts.clock.monotonic()
  }

  note(key: string, stored: StoredSearch): void {
    const { clock } = this.#parts
    this.#pending.add(key, stored, clock.now())
    if (clock.monotonic() >= this.#writtenMs + writeEveryMs) void this.write()
  }

  /** The most asked first, with their keys of this version of the index. */
  async ranked(): Promise<[key: string, asked: AskedSearch][]> {
    await this.#writing
    return this.#all(await this.#read()).ranked(this.#parts.clock.now())
  }

  /** Never rejects: a record that is not written is only a colder start. */
  write(): Promise<void> {
    this.#writtenMs = this.#parts.clock.monotonic()
    this.#writing = this.#writing.then(() => this.#write()).catch(() => {})
    return this.#writing
  }

  async #write(): Promise<void> {
    if (this.#pending.size === 0) return
    const { cache, clock } = this.#parts
    for (let attempt = 0; attempt < attempts; attempt++) {
      const record = await this.#read()
      const atMs = clock.now()
      const written = mostAsked(this.#all(record).ranked(atMs), recordLimits)
      const counted = this.#pending
      const next: StoredRecord = {
        // Over a record that was lost, too, of which an instance may still know.
        version: record ? record.version + 1 : Math.trunc(atMs),
        atMs,
        asked: written.map(([, { search, score }]) => [search, score]),
      }
      this.#pending = new AskedSearches(pendingLimits)
      const { stored } = await cache
        .set(this.#recordKey(), next, {
          version: next.version,
          ttl: recordTtl,
          jitter: 0,
          sensitive: true,
          compress: false,
          copy: 'none',
        })
        .catch(() => ({ stored: false }))
      const keys = new Set(stored ? written.map(([key]) => key) : [])
      for (const [key, { search, score }] of counted.ranked(atMs))
        if (!keys.has(key)) this.#pending.add(key, search, clock.now(), score, atMs)
      if (!stored) continue
      this.#known = next
      return
    }
  }

  async #read(): Promise<StoredRecord | undefined> {
    const { cache } = this.#parts
    const key = this.#recordKey()
    // Past this process's memory: another instance may have written since.
    const past = await cache.get<StoredRecord>(key, { memory: false })
    const found = past ?? (await cache.get<StoredRecord>(key))
    if (found && found.version >= (this.#known?.version ?? 0)) this.#known = found
    return this.#known
  }

  #all(record: StoredRecord | undefined): AskedSearches {
    const { clock, keys } = this.#parts
    const nowMs = clock.now()
    const all = new AskedSearches({
      searches: 2 * pendingLimits.searches,
      bytes: 2 * pendingLimits.bytes,
    })
    for (const [search, score] of record?.asked ?? [])
      all.add(keys.search(search), search, nowMs, score, record?.atMs)
    for (const [key, { search, score }] of this.#pending.ranked(nowMs)) all.add(key, search, nowMs, score)
    return all
  }

  /** Another model, or other features, could not be searched with. */
  #recordKey(): string {
    this.#key ??= createHash('sha256').update(this.#scope()).digest('base64url')
    return `rag_asked:${this.#key}`
  }

  #scope(): string {
    const { model, precision, featuresOf } = this.#parts
    const { name, dimensions } = model
    return JSON.stringify([formatVersion, normaliserVersion, name, dimensions, precision, featuresOf(probe)])
  }
}
