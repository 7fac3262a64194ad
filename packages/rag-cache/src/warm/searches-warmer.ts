import { randomBytes } from 'node:crypto'
import type { Cache } from '@voiceassist/cache'
import type { Clock } from '@voiceassist/kernel'
import type { ChangeLog } from '../corpus/change-log.js'
import { lastChange } from '../corpus/corpus-head.js'
import type { RagKeys } from '../key/rag-keys.js'
import type { Filters, SearchHit, WarmedSearches, WarmLoader, WarmSearchesOptions } from '../rag-cache.js'
import { RagError } from '../rag-error.js'
import { privateHits } from '../search/private-hits.js'
import type { QueryMatrix } from '../search/query-matrix.js'
import type { Searches } from '../search/searches.js'
import type { StoredSearch } from '../search/stored-search.js'
import type { UnderWay } from '../under-way.js'
import type { AskedRecord } from './asked-record.js'
import type { AskedQuestion } from './asked-searches.js'

export interface WarmerParts {
  readonly cache: Cache
  readonly clock: Clock
  readonly keys: RagKeys
  readonly log: ChangeLog
  readonly matrix: QueryMatrix
  readonly searches: Searches
  readonly asked: AskedRecord
  readonly ttlSeconds: number
  readonly underWay: UnderWay
}

const defaultMs = 30_000
const maxMs = 300_000
const defaultQueries = 100
const maxQueriesAllowed = 1000
/** A search that a change overtakes is made again so often. */
const attempts = 3

/** Brings the searches that are asked for most into the cache, one after another: users are not to wait for them. */
export class SearchesWarmer {
  readonly #parts: WarmerParts

  constructor(parts: WarmerParts) {
    this.#parts = parts
  }

  /** @throws RagError RAG_OPTION_INVALID. */
  async warm<F extends Filters, Hit extends SearchHit>(
    options: WarmSearchesOptions<F, Hit>,
  ): Promise<WarmedSearches> {
    const { load, budgetMs = defaultMs, maxQueries = defaultQueries, signal } = options
    if (typeof load !== 'function') throw invalid('load', 'must be a function')
    if (!(Number.isFinite(budgetMs) && budgetMs > 0 && budgetMs <= maxMs))
      throw invalid('budgetMs', `must be above 0 and at most ${maxMs}`)
    if (!(Number.isInteger(maxQueries) && maxQueries > 0 && maxQueries <= maxQueriesAllowed))
      throw invalid('maxQueries', `must be a whole number from 1 to ${maxQueriesAllowed}`)
    const { clock, underWay, asked } = this.#parts
    const over = new AbortController()
    const ended = new AbortController()
    clock.sleep(budgetMs, ended.signal).then(
      () => over.abort(),
      () => {}, // it ended before
    )
    const end = AbortSignal.any([over.signal, underWay.closing, ...(signal ? [signal] : [])])
    try {
      const wanted = (await asked.ranked()).slice(0, maxQueries)
      let [done, refreshed, failed] = [0, 0, 0]
      for (const [key, { search }] of wanted) {
        if (end.aborted) break
        const outcome = await this.#refresh(key, search, load, end)
        if (outcome === 'ended') break
        done++
        if (outcome === 'refreshed') refreshed++
        if (outcome === 'failed') failed++
      }
      return { wanted: wanted.length, refreshed, failed, left: wanted.length - done }
    } finally {
      ended.abort()
    }
  }

  async #refresh<F extends Filters, Hit extends SearchHit>(
    key: string,
    question: AskedQuestion,
    load: WarmLoader<F, Hit>,
    signal: AbortSignal,
  ): Promise<'refreshed' | 'right' | 'failed' | 'ended'> {
    const { cache, searches, matrix, keys, ttlSeconds } = this.#parts
    try {
      for (let attempt = 0; attempt < attempts; attempt++) {
        let own: StoredSearch<Hit> | undefined
        const stored = await cache.getOrSet<StoredSearch<Hit>>(
          key,
          async context => {
            own = await this.#search(question, load, context.signal)
            if (own.point === '') context.skip()
            return own
          },
          { ...searches.entryOptions, ttl: ttlSeconds, signal },
        )
        // Nothing can be kept, whoever searched.
        if (stored.point === '') return 'failed'
        if (own?.id === stored.id) {
          matrix.put(key, stored, keys.group(question), stored.point)
          return 'refreshed'
        }
        if (await searches.holds({ ...question, key }, stored)) return 'right'
        await searches.drop(key)
      }
    } catch {
      if (signal.aborted) return 'ended'
    }
    return 'failed'
  }

  async #search<F extends Filters, Hit extends SearchHit>(
    question: AskedQuestion,
    load: WarmLoader<F, Hit>,
    signal: AbortSignal,
  ): Promise<StoredSearch<Hit>> {
    const { clock, log, underWay } = this.#parts
    const { tenant, topK, scoreThreshold, filters, vector, features } = question
    const startedMs = clock.monotonic()
    // Before the search: whatever is written from here on is judged at the first hit.
    const head = await log.head()
    const found = await underWay.add(
      load(
        { tenant, topK, scoreThreshold, ...(filters && { filters: filters as F }) },
        { text: undefined, embedding: vector.slice(), features, signal },
      ),
    )
    return {
      ...question,
      id: randomBytes(9).toString('base64url'),
      hits: privateHits(found),
      point: (head && lastChange(head)) ?? '',
      missMs: clock.monotonic() - startedMs,
    }
  }
}

function invalid(field: string, what: string): RagError {
  return new RagError('RAG_OPTION_INVALID', `${field} ${what}`, { field })
}
