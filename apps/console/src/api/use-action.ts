import { useState } from 'preact/hooks'
import type { ApiError } from './api-error.js'
import { asApiError } from './use-resource.js'

export interface Action<Args extends unknown[]> {
  /** Resolves to whether it succeeded; a second run while one is under way does nothing. */
  run(...args: Args): Promise<boolean>
  readonly busy: boolean
  readonly error: ApiError | undefined
  clear(): void
}

/** Something that a person starts and that may fail. */
export function useAction<Args extends unknown[]>(work: (...args: Args) => Promise<unknown>): Action<Args> {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  return {
    busy,
    error,
    clear: () => setError(undefined),
    async run(...args) {
      if (busy) return false
      setBusy(true)
      setError(undefined)
      try {
        await work(...args)
        return true
      } catch (caught) {
        setError(asApiError(caught))
        return false
      } finally {
        setBusy(false)
      }
    },
  }
}
