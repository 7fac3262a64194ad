import type { Filters, SearchHit, SearchInput, SearchRequest } from '../rag-cache.js'

/** Searches again what was asked for: by `input.embedding` and `input.features`, since no text of it is kept. */
export type WarmLoader<F extends Filters, Hit extends SearchHit> = (
  request: Omit<SearchRequest<F>, 'query'>,
  input: SearchInput & { readonly text: undefined },
) => Promise<readonly Hit[]>

export interface WarmSearchesOptions<F extends Filters, Hit extends SearchHit> {
  readonly load: WarmLoader<F, Hit>
  /** When this is over no search begins, and one under way is not waited for. At most 300000. @default 30000 */
  readonly budgetMs?: number
  /** At most 1000. @default 100 */
  readonly maxQueries?: number
  /** Ends it as the end of the budget does. */
  readonly signal?: AbortSignal
}

export interface WarmedSearches {
  /** The most asked, up to `maxQueries`; what is in none of the others was still right, or brought by another instance. */
  readonly wanted: number
  /** Of those, searched here. */
  readonly refreshed: number
  /** Of those, whose search failed, or could not be kept. */
  readonly failed: number
  /** Of those, not done when it ended. */
  readonly left: number
}
