import { type Database, open, type RootDatabase } from 'lmdb'
import { envelopeOffsets } from '../codec/envelope.js'
import type { ValueStore } from '../remote/value-store.js'

export interface LmdbValuesOptions {
  /** A folder that exists. */
  readonly path: string
  readonly maxBytes: number
  /** Whether values of this gen are void, under this prefix. */
  isOld(prefix: string, gen: string): boolean
}

/** Of the index: 0 slot (float64, big-endian) · 8 removeAtMs (float64) · 16 gen (16 ASCII characters). */
const indexBytes = 32
/** Values that one slice of the sweep looks at, or that one of the eviction removes. */
const sliceEntries = 250
const sliceBytes = 4 * 2 ** 20
/** So many values, or bytes, are written between two looks at the size. */
const checkedEntries = 64
const checkedBytes = 256 * 1024

/**
 * The values of an LMDB environment. Each lies in a slot, and slots are numbered in the order of writing, so that the
 * oldest are dropped as whole pages, which LMDB uses again; an index leads from the key to the slot. Nothing is synced
 * before `close`: what an unclean end leaves behind is thrown away.
 */
export class LmdbValues {
  evictions = 0
  readonly #options: LmdbValuesOptions
  readonly #root: RootDatabase<Buffer, string>
  readonly #index: Database<Buffer, string>
  readonly #slots: Database<Buffer, number>
  #nextSlot: number
  #uncheckedEntries = 0
  #uncheckedBytes = 0
  #sweptTo: string | undefined
  #trimming = false
  #closed = false

  /** @throws what LMDB throws at files that are damaged. */
  constructor(options: LmdbValuesOptions) {
    this.#options = options
    // A folder, whatever its name looks like; the map grows by itself.
    this.#root = open({ path: options.path, noSubdir: false, noSync: true, maxDbs: 2, ...plain })
    this.#index = this.#root.openDB({ name: 'index', ...plain })
    this.#slots = this.#root.openDB({ name: 'slots', ...plain })
    const [last] = this.#slots.getKeys({ limit: 1, reverse: true })
    this.#nextSlot = last === undefined ? 0 : last + 1
  }

  close(): Promise<void> {
    this.#closed = true
    return this.#root.close()
  }

  get entries(): number {
    return statsOf(this.#index).entryCount
  }

  /** Of the pages in use; the file is as large as it ever was. */
  get bytes(): number {
    return bytesOf(this.#index) + bytesOf(this.#slots)
  }

  of(prefix: string): ValueStore {
    const full = (key: string) => `${prefix}\n${key}` // A key holds no control characters.
    return {
      get: (key, nowMs) => this.#get(full(key), nowMs),
      put: (key, envelope, removeAtMs) => this.#put(full(key), envelope, removeAtMs),
      remove: key => this.#remove(full(key)),
      keys: (start, after, limit) =>
        this.#keys(full(start), after === undefined ? undefined : full(after), limit).map(key =>
          key.slice(prefix.length + 1),
        ),
    }
  }

  /** Removes the next few that are over or void; true when there were so many that more should follow at once. */
  sweep(nowMs: number): boolean {
    const dead: string[] = []
    let last: string | undefined
    let seen = 0
    const range = { ...(this.#sweptTo !== undefined && { start: this.#sweptTo }), limit: sliceEntries }
    for (const { key, value } of this.#index.getRange(range)) {
      last = key
      seen++
      const prefix = key.slice(0, key.indexOf('\n'))
      const isOver = value.readDoubleBE(8) <= nowMs
      if (isOver || this.#options.isOld(prefix, value.toString('latin1', 16, indexBytes))) dead.push(key)
    }
    this.#sweptTo = seen < sliceEntries ? undefined : last
    if (dead.length > 0)
      this.#root.transactionSync(() => {
        for (const key of dead) this.#drop(key)
      })
    return dead.length > seen / 4
  }

  #get(full: string, nowMs: number): Buffer | undefined {
    const found = this.#index.getBinaryFast(full)
    if (!found || found.readDoubleBE(8) <= nowMs) return undefined
    const record = this.#slots.getBinary(found.readDoubleBE(0))
    return record?.subarray(2 + record.readUInt16BE(0))
  }

  #put(full: string, envelope: Buffer, removeAtMs: number): void {
    if (envelope.length > this.#options.maxBytes / 8)
      throw new RangeError('The value is too large for this tier')
    const keyBytes = Buffer.byteLength(full)
    const record = Buffer.allocUnsafe(2 + keyBytes + envelope.length)
    record.writeUInt16BE(keyBytes, 0)
    record.write(full, 2)
    envelope.copy(record, 2 + keyBytes)
    const entry = Buffer.allocUnsafe(indexBytes)
    const slot = this.#nextSlot++
    entry.writeDoubleBE(slot, 0)
    entry.writeDoubleBE(removeAtMs, 8)
    envelope.copy(entry, 16, envelopeOffsets.gen, envelopeOffsets.gen + 16)
    this.#root.transactionSync(() => {
      this.#drop(full)
      this.#slots.putSync(slot, record)
      this.#index.putSync(full, entry)
    })
    this.#bound(record.length)
  }

  #remove(full: string): void {
    if (this.#index.getBinaryFast(full)) this.#root.transactionSync(() => this.#drop(full))
  }

  /** Within a transaction. */
  #drop(full: string): void {
    const found = this.#index.getBinaryFast(full)
    if (!found) return
    this.#slots.removeSync(found.readDoubleBE(0))
    this.#index.removeSync(full)
  }

  #keys(start: string, after: string | undefined, limit: number): string[] {
    const keys: string[] = []
    for (const key of this.#index.getKeys({ start: after ?? start })) {
      if (!key.startsWith(start) || keys.length === limit) break
      if (key !== after) keys.push(key)
    }
    return keys
  }

  #bound(written: number): void {
    this.#uncheckedBytes += written
    if (++this.#uncheckedEntries < checkedEntries && this.#uncheckedBytes < checkedBytes) return
    this.#uncheckedEntries = 0
    this.#uncheckedBytes = 0
    if (this.bytes <= this.#options.maxBytes) return
    while (this.bytes > this.#options.maxBytes && this.#dropOldest() > 0);
    if (this.#trimming) return
    this.#trimming = true
    setImmediate(() => this.#trim())
  }

  /** Until a tenth is free, with room for other work between the slices. */
  #trim(): void {
    if (!this.#closed && this.bytes > this.#options.maxBytes * 0.9 && this.#dropOldest() > 0)
      setImmediate(() => this.#trim())
    else this.#trimming = false
  }

  #dropOldest(): number {
    const dead: { slot: number; key: string }[] = []
    let bytes = 0
    for (const { key: slot, value } of this.#slots.getRange({ limit: sliceEntries })) {
      dead.push({ slot, key: value.toString('utf8', 2, 2 + value.readUInt16BE(0)) })
      bytes += value.length
      if (bytes > sliceBytes) break
    }
    this.#root.transactionSync(() => {
      for (const { slot, key } of dead) {
        this.#slots.removeSync(slot)
        this.#index.removeSync(key)
      }
    })
    this.evictions += dead.length
    return dead.length
  }
}

const plain = { encoding: 'binary', keyEncoding: 'ordered-binary', compression: false, cache: false } as const

interface LmdbStats {
  readonly pageSize: number
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
  readonly entryCount: number
}

function statsOf(database: Database<Buffer, string> | Database<Buffer, number>): LmdbStats {
  return database.getStats() as LmdbStats
}

function bytesOf(database: Database<Buffer, string> | Database<Buffer, number>): number {
  const { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } = statsOf(database)
  return pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages)
}
