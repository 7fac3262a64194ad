import type { Cache } from '@voiceassist/cache'
import type { Documents } from '../document/documents.js'
import type { ChangeResult } from '../rag-cache.js'
import { publish } from '../rag-events.js'
import type { ChangeJudge } from '../search/change-judge.js'
import type { QueryMatrix, QueryRow } from '../search/query-matrix.js'
import type { StoredSearch } from '../search/stored-search.js'
import type { Appended, AppendOptions, ChangeLog } from './change-log.js'
import { type ChangeRecord, recordOf } from './change-record.js'
import { checkChange, checkId } from './check-change.js'
import type { CorpusChange } from './corpus-change.js'

export interface ChangeParts {
  readonly cache: Cache
  readonly log: ChangeLog
  readonly judge: ChangeJudge
  readonly matrix: QueryMatrix
  readonly documents: Documents
  /** What vectors and chunk ids are of: model, dimensions and index version. */
  readonly space: string
  readonly dimensions: number
  readonly loadChunks: ((documentId: string) => Promise<CorpusChange['inserted']>) | undefined
}

/** Writes changes of the corpus down, and drops what they change. What fails on the way drops everything. */
export class CorpusChanges {
  readonly #parts: ChangeParts

  constructor(parts: ChangeParts) {
    this.#parts = parts
  }

  changed(change: CorpusChange, options: AppendOptions = {}): Promise<ChangeResult> {
    return this.#orAll(options, async () => {
      const { space, dimensions, documents } = this.#parts
      checkChange(change, dimensions)
      await documents.drop(change.id, options)
      return this.#apply(recordOf(space, change, change.removed), options)
    })
  }

  invalidate(id: string, options: AppendOptions = {}): Promise<ChangeResult> {
    return this.#orAll(options, async () => {
      const { loadChunks, space, dimensions, documents } = this.#parts
      checkId(id, 'id')
      await documents.drop(id, options)
      if (!loadChunks) return this.#all(options)
      const change = { id, inserted: await loadChunks(id), removed: [] }
      checkChange(change, dimensions)
      return this.#apply(recordOf(space, change, 'all'), options)
    })
  }

  async clear(options: AppendOptions = {}): Promise<ChangeResult> {
    const result = await this.#all(options)
    await this.#parts.cache.clear('rag_search', options)
    return result
  }

  async #apply(record: ChangeRecord, options: AppendOptions): Promise<ChangeResult> {
    const { log, judge, matrix } = this.#parts
    const { step, remote } = await log.append(record, options)
    if (!step) return this.#dropped('document', remote)
    const { dropped, kept } = await matrix.sweep(record, judge, step)
    await this.#delete(dropped)
    publish({ kind: 'invalidation', by: 'document', dropped: dropped.length, kept })
    return { dropped: dropped.length, kept, all: false, remote }
  }

  /** They are not served any more as it is; another instance may have searched anew by now, and that one stays. */
  async #delete(dropped: readonly QueryRow[]): Promise<void> {
    if (dropped.length === 0) return
    const { cache } = this.#parts
    const stored = await cache.mget<StoredSearch>(dropped.map(({ key }) => key))
    const keys = dropped.filter(({ key, id }) => stored.get(key)?.id === id).map(({ key }) => key)
    if (keys.length > 0) await cache.delete(keys)
  }

  async #all(options: AppendOptions): Promise<ChangeResult> {
    const { remote } = await this.#parts.log.reset(options)
    return this.#dropped('all', remote)
  }

  #dropped(by: 'document' | 'all', remote: Appended['remote']): ChangeResult {
    const dropped = this.#parts.matrix.clear().length
    publish({ kind: 'invalidation', by, dropped, kept: 0 })
    return { dropped, kept: 0, all: true, remote }
  }

  /** A change that cannot be taken has happened all the same. */
  async #orAll(options: AppendOptions, apply: () => Promise<ChangeResult>): Promise<ChangeResult> {
    try {
      return await apply()
    } catch (error) {
      await this.#all(options).catch(() => {}) // the first error says why
      throw error
    }
  }
}
