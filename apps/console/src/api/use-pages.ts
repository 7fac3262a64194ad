import { useCallback, useEffect, useState } from 'preact/hooks'
import type { ApiError } from './api-error.js'
import { type RequestOptions, request } from './request.js'
import { asApiError } from './use-resource.js'

interface ListPage<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

export interface Pages<Item, Page> {
  /** Of all pages read so far; undefined: none yet. */
  readonly items: readonly Item[] | undefined
  /** What came last, for what a page has beside its items. */
  readonly latest: Page | undefined
  readonly error: ApiError | undefined
  readonly loading: boolean
  reload(): void
  /** Reads the next page; undefined: there is none. */
  readonly more: (() => void) | undefined
}

/** A list that is read page by page, anew when path or query change. */
export function usePages<Item, Page extends ListPage<Item>>(
  path: string,
  query: RequestOptions['query'] = {},
): Pages<Item, Page> {
  const key = `${path} ${JSON.stringify(query)}`
  const [want, setWant] = useState<{
    readonly key: string
    readonly cursor?: string
    readonly turn: number
  }>()
  const [state, setState] = useState<Omit<Pages<Item, Page>, 'reload' | 'more'>>(nothing)
  const now = want?.key === key ? want : { key, turn: 0 }

  useEffect(() => {
    const { cursor } = now
    setState(last => ({ ...(cursor || now.turn > 0 ? last : nothing), loading: true, error: undefined }))
    const abort = new AbortController()
    request<Page>('GET', path, { query: { ...query, cursor }, signal: abort.signal }).then(
      page =>
        setState(({ items = [] }) => ({
          items: cursor ? [...items, ...page.items] : page.items,
          latest: page,
          loading: false,
          error: undefined,
        })),
      error => {
        if (!abort.signal.aborted) setState(last => ({ ...last, loading: false, error: asApiError(error) }))
      },
    )
    return () => abort.abort()
  }, [key, now.cursor, now.turn])

  const reload = useCallback(
    () => setWant(last => ({ key, turn: (last?.key === key ? last.turn : 0) + 1 })),
    [key],
  )
  const cursor = state.latest?.nextCursor
  return {
    ...state,
    reload,
    more: cursor ? () => setWant({ key, cursor, turn: now.turn }) : undefined,
  }
}

const nothing = { items: undefined, latest: undefined, error: undefined, loading: true }
