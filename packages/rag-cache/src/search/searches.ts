import { randomBytes } from 'node:crypto'
import type { Cache } from '@voiceassist/cache'
import type { Clock } from '@voiceassist/kernel'
import type { ChangeLog } from '../corpus/change-log.js'
import type { ChangeRecord } from '../corpus/change-record.js'
import { lastChange } from '../corpus/corpus-head.js'
import type { Embeddings } from '../embedding/embeddings.js'
import { normalForm } from '../key/normal-form.js'
import type { AskedSearch, RagKeys } from '../key/rag-keys.js'
import type { FoundSearch, SearchHit, SearchLoader, SearchRequest } from '../rag-cache.js'
import { publish } from '../rag-events.js'
import type { TypeTally } from '../stats/type-tally.js'
import type { AskedRecord } from '../warm/asked-record.js'
import type { ChangeJudge } from './change-judge.js'
import { checkRequest } from './check-request.js'
import { unit } from './dot.js'
import { frozenHits, privateHits } from './private-hits.js'
import type { QueryMatrix } from './query-matrix.js'
import type { SearchScore } from './search-score.js'
import { type SimilarQuestions, similarCandidates } from './similar-questions.js'
import { bytesOf, factsOf, type StoredSearch } from './stored-search.js'

export interface SearchParts {
  readonly cache: Cache
  readonly clock: Clock
  readonly keys: RagKeys
  readonly log: ChangeLog
  readonly judge: ChangeJudge
  readonly matrix: QueryMatrix
  readonly embeddings: Embeddings
  readonly score: SearchScore
  readonly similar: SimilarQuestions | undefined
  readonly tally: TypeTally
  /** Of what is asked for. */
  readonly record: AskedRecord
  readonly ttlSeconds: number
}

/** A request with what it is known by. */
export interface Asked extends AskedSearch {
  readonly key: string
  /** In its normal form. */
  readonly text: string
  readonly mayReuse: boolean
}

type Found<Hit extends SearchHit> = Omit<FoundSearch<Hit>, 'embeddingMs'>

/** A search that is dropped at a hit is made again; so often is it dropped again before it is made uncached. */
const attempts = 3

/** Cached searches, each served only while no change of the corpus can have changed it. */
export class Searches {
  readonly #parts: SearchParts
  /** Shared between callers: hits are frozen, and nobody outside sees the rest. */
  readonly entryOptions = { sensitive: true, copy: 'none' } as const

  constructor(parts: SearchParts) {
    this.#parts = parts
  }

  asked(request: SearchRequest): Asked {
    checkRequest(request)
    const { keys } = this.#parts
    const { topK, scoreThreshold, filters, tenant = '' } = request
    const text = normalForm(request.query)
    const asked = { queryId: keys.queryId(tenant, text), tenant, topK, scoreThreshold, filters }
    return { ...asked, text, key: keys.search(asked), mayReuse: request.reuse ?? true }
  }

  async find<Hit extends SearchHit>(
    asked: Asked,
    load: SearchLoader<Hit>,
    signal?: AbortSignal,
  ): Promise<FoundSearch<Hit>> {
    const { cache, clock, ttlSeconds } = this.#parts
    const startedMs = clock.monotonic()
    const times = { embeddingMs: 0 }
    for (let attempt = 0; attempt < attempts; attempt++) {
      let own: StoredSearch<Hit> | undefined
      const stored = await cache.getOrSet<StoredSearch<Hit>>(
        asked.key,
        async context => {
          own = await this.#search(asked, load, context.signal, times)
          if (own.point === '' || own.reuse) context.skip()
          return own
        },
        { ...this.entryOptions, ttl: ttlSeconds, ...(signal && { signal }) },
      )
      if (stored.reuse && !asked.mayReuse) continue // of another caller, who may
      if (
        stored.reuse &&
        (own?.id === stored.id || (await this.holds({ ...asked, key: stored.reuse.id }, stored)))
      )
        return { ...this.#reused(stored, startedMs), ...times }
      if (own && stored.id === own.id) return { ...this.#missed(asked, own), ...times }
      if (stored.point === '') break // another's, while nothing can be kept
      if (await this.holds(asked, stored)) {
        const savedMs = stored.missMs - (clock.monotonic() - startedMs)
        this.#parts.tally.hit(savedMs)
        this.#parts.record.note(asked.key, stored)
        return { hits: frozenHits(stored.hits), from: 'cache', savedMs, ...times }
      }
      await this.drop(asked.key)
    }
    signal?.throwIfAborted()
    const searched = { ...asked, mayReuse: false }
    const uncached = signal ?? new AbortController().signal
    const found = await this.#search(searched, load, uncached, times)
    return { ...this.#missed(asked, found), ...times }
  }

  async get<Hit extends SearchHit>(key: string): Promise<readonly Hit[] | undefined> {
    const { cache, clock, log, tally, record } = this.#parts
    const startedMs = clock.monotonic()
    await log.head() // so that it is known when the next key is made
    const stored = await cache.get<StoredSearch<Hit>>(key)
    if (stored && (await this.holds({ ...stored, key }, stored))) {
      tally.hit(stored.missMs - (clock.monotonic() - startedMs))
      record.note(key, stored)
      return frozenHits(stored.hits)
    }
    if (stored) await this.drop(key)
    tally.miss(clock.monotonic() - startedMs)
    return undefined
  }

  /** @param point the change that was the last one before the search began */
  async set(asked: Asked, hits: readonly SearchHit[], point: string, missMs: number): Promise<void> {
    const kept = privateHits(hits)
    const vector = await this.#parts.embeddings.of(asked.tenant, asked.text)
    const stored = this.#stored(asked, kept, vector, point, missMs)
    const { cache, ttlSeconds } = this.#parts
    await cache.set(asked.key, stored, { ...this.entryOptions, ttl: ttlSeconds })
  }

  /** Whether no change up to now can have changed a stored search. */
  async holds(asked: AskedSearch & { readonly key: string }, stored: StoredSearch): Promise<boolean> {
    const { log, judge, matrix, keys } = this.#parts
    let head = await log.head()
    const known = matrix.row(asked.key, stored.id)
    const point = known?.point ?? stored.point
    const last = head && lastChange(head)
    if (last === undefined) return false
    if (known && point === last) return true
    let changes: readonly ChangeRecord[] | undefined = head && (await log.after(head, point))
    if (!changes) {
      // It may come from an instance that has heard of more than this one.
      head = await log.headOfAll()
      changes = head && (await log.after(head, point))
    }
    if (!head || !changes) return false
    const facts = known?.facts ?? factsOf(stored)
    if (changes.some(change => judge.changes(facts, stored.vector, change))) return false
    matrix.put(asked.key, stored, keys.group(asked), lastChange(head) ?? '')
    return true
  }

  async #search<Hit extends SearchHit>(
    asked: Asked,
    load: SearchLoader<Hit>,
    signal: AbortSignal,
    times: { embeddingMs: number },
  ): Promise<StoredSearch<Hit>> {
    const { clock, log, embeddings, score } = this.#parts
    const startedMs = clock.monotonic()
    const embedding = embeddings.of(asked.tenant, asked.text).finally(() => {
      times.embeddingMs = clock.monotonic() - startedMs
    })
    // Before the search: whatever is written from here on is judged at the first hit.
    const [head, vector] = await Promise.all([log.head(), embedding])
    const similar = head && asked.mayReuse && (await this.#similar(asked, unit(vector)))
    if (similar) return similar as StoredSearch<Hit>
    const features = score.features?.(asked.text)
    const found = await load({ text: asked.text, embedding: vector.slice(), features, signal })
    const point = (head && lastChange(head)) ?? ''
    return this.#stored(asked, privateHits(found), vector, point, clock.monotonic() - startedMs, features)
  }

  #stored<Hit extends SearchHit>(
    asked: Asked,
    hits: readonly Hit[],
    vector: Float32Array,
    point: string,
    missMs: number,
    features = this.#parts.score.features?.(asked.text),
  ): StoredSearch<Hit> {
    const { queryId, tenant, topK, scoreThreshold, filters } = asked
    return {
      id: randomBytes(9).toString('base64url'),
      hits,
      vector: unit(vector),
      features,
      question: this.#parts.similar?.features(asked.text),
      queryId,
      tenant,
      topK,
      scoreThreshold,
      filters,
      point,
      missMs,
    }
  }

  /** The still good result of a question that may stand for this one. */
  async #similar(asked: Asked, vector: Float32Array): Promise<StoredSearch | undefined> {
    const { cache, keys, matrix, similar } = this.#parts
    if (!similar) return undefined
    const nearest = matrix.nearest(keys.group(asked), vector, similarCandidates)
    const candidates = nearest.map(({ row, cosine }) => ({
      key: row.key,
      cosine,
      features: row.facts.question,
    }))
    const chosen = candidates.length > 0 && (await similar.choose(similar.features(asked.text), candidates))
    if (!chosen) return undefined
    const stored = await cache.get<StoredSearch>(chosen.key)
    if (!stored || !(await this.holds({ ...stored, key: chosen.key }, stored))) return undefined
    return { ...stored, reuse: { id: chosen.key, similarity: chosen.similarity } }
  }

  #reused<Hit extends SearchHit>(stored: StoredSearch<Hit>, startedMs: number): Found<Hit> {
    const { clock, tally, record } = this.#parts
    const savedMs = stored.missMs - (clock.monotonic() - startedMs)
    tally.hit(savedMs)
    if (stored.reuse) record.note(stored.reuse.id, stored)
    publish({ kind: 'reuse', outcome: 'served' })
    return {
      hits: frozenHits(stored.hits),
      from: 'similar',
      savedMs,
      ...(stored.reuse && { reuse: stored.reuse }),
    }
  }

  #missed<Hit extends SearchHit>(asked: Asked, stored: StoredSearch<Hit>): Found<Hit> {
    const { matrix, keys, tally, record } = this.#parts
    record.note(asked.key, stored)
    if (stored.point !== '') matrix.put(asked.key, stored, keys.group(asked), stored.point)
    tally.miss(stored.missMs, bytesOf(stored))
    return { hits: stored.hits, from: 'search' }
  }

  /** A stored search that a change may have changed. */
  async drop(key: string): Promise<void> {
    this.#parts.matrix.remove(key)
    publish({ kind: 'outdated' })
    await this.#parts.cache.delete(key)
  }
}
