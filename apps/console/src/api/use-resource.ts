import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from './api-error.js'
import { type RequestOptions, request } from './request.js'

export interface Resource<T> {
  /** What was read last; kept while it is read again. */
  readonly data: T | undefined
  readonly error: ApiError | undefined
  readonly loading: boolean
  reload(): void
}

/** Reads a resource, again when path or query change. Undefined as path: nothing yet. */
export function useResource<T>(path: string | undefined, query: RequestOptions['query'] = {}): Resource<T> {
  const [state, setState] = useState<Omit<Resource<T>, 'reload'>>(start)
  const [turn, setTurn] = useState(0)
  const shown = useRef<string>(undefined)
  const key = `${path} ${JSON.stringify(query)}`
  useEffect(() => {
    if (path === undefined) return setState(start)
    const isOther = shown.current !== key
    shown.current = key
    setState(now => ({ data: isOther ? undefined : now.data, error: undefined, loading: true }))
    const abort = new AbortController()
    request<T>('GET', path, { query, signal: abort.signal }).then(
      data => setState({ data, error: undefined, loading: false }),
      error => {
        if (!abort.signal.aborted)
          setState(now => ({ data: now.data, error: asApiError(error), loading: false }))
      },
    )
    return () => abort.abort()
  }, [key, turn])
  const reload = useCallback(() => setTurn(now => now + 1), [])
  return { ...state, reload }
}

const start = { data: undefined, error: undefined, loading: true }

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError
    ? error
    : new ApiError(0, 'UNKNOWN', error instanceof Error ? error.message : String(error))
}
