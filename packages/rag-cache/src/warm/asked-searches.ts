import type { StoredSearch } from '../search/stored-search.js'

/** What a search is made again from: no text of it is kept. */
export type AskedQuestion = Pick<
  StoredSearch,
  'queryId' | 'tenant' | 'topK' | 'scoreThreshold' | 'filters' | 'vector' | 'features' | 'question'
>

export interface AskedSearch {
  readonly search: AskedQuestion
  /** How often it was asked for: each time counts half a day later. */
  readonly score: number
  readonly bytes: number
}

export interface AskedLimits {
  readonly searches: number
  readonly bytes: number
}

const halfLifeMs = 86_400_000

/** How often searches were asked for lately, by key; of too many the least asked are forgotten. */
export class AskedSearches {
  readonly #limits: AskedLimits
  readonly #entries = new Map<string, AskedSearch & { readonly atMs: number }>()
  #bytes = 0

  constructor(limits: AskedLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#entries.size
  }

  /** @param nowMs by the clock that instances share; one that went back takes nothing away */
  add(key: string, search: AskedQuestion, nowMs: number, score = 1, atMs = nowMs): void {
    const known = this.#entries.get(key)
    const faded = known ? fadedScore(known.score, nowMs - known.atMs) : 0
    const bytes = known?.bytes ?? bytesOf(search)
    const total = faded + fadedScore(score, nowMs - atMs)
    this.#entries.set(key, { search: known?.search ?? questionOf(search), score: total, atMs: nowMs, bytes })
    if (known) return
    this.#bytes += bytes
    if (this.#entries.size > this.#limits.searches || this.#bytes > this.#limits.bytes) this.#forget(nowMs)
  }

  /** The most asked first, with their scores as they are now. */
  ranked(nowMs: number): [key: string, asked: AskedSearch][] {
    return [...this.#entries]
      .map(([key, { search, score, atMs, bytes }]): [string, AskedSearch] => [
        key,
        { search, score: fadedScore(score, nowMs - atMs), bytes },
      ])
      .sort(([, a], [, b]) => b.score - a.score)
  }

  /** Down to half of the limits, so that it is seldom done. */
  #forget(nowMs: number): void {
    const { searches, bytes } = this.#limits
    const kept = new Set(
      mostAsked(this.ranked(nowMs), { searches: searches / 2, bytes: bytes / 2 }).map(([key]) => key),
    )
    for (const [key, held] of this.#entries) {
      if (kept.has(key)) continue
      this.#entries.delete(key)
      this.#bytes -= held.bytes
    }
  }
}

/** The first of ranked searches that are within limits. */
export function mostAsked(
  ranked: readonly [key: string, asked: AskedSearch][],
  { searches, bytes }: AskedLimits,
): [key: string, asked: AskedSearch][] {
  let held = 0
  const end = ranked.findIndex(([, asked], at) => {
    held += asked.bytes
    return at >= searches || held > bytes
  })
  return end < 0 ? [...ranked] : ranked.slice(0, end)
}

function fadedScore(score: number, afterMs: number): number {
  return score * 0.5 ** (Math.max(0, afterMs) / halfLifeMs)
}

function questionOf(asked: AskedQuestion): AskedQuestion {
  const { queryId, tenant, topK, scoreThreshold, filters, vector, features, question } = asked
  return { queryId, tenant, topK, scoreThreshold, filters, vector, features, question }
}

function bytesOf({ vector, features, question, filters }: AskedQuestion): number {
  return 300 + vector.byteLength + 2 * JSON.stringify([features, question, filters]).length
}
