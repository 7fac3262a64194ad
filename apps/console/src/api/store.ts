import { useEffect, useState } from 'preact/hooks'
import { onSignedOut } from './session-events.js'

export interface Store<T> {
  get(): T
  set(change: (now: T) => T): void
  /** A hook. */
  use(): T
}

/** What outlives a page, but neither the sign-out nor the window: it lies in memory alone, since it may name patients. */
export function createStore<T>(empty: T): Store<T> {
  let now = empty
  const listeners = new Set<(value: T) => void>()
  const store: Store<T> = {
    get: () => now,
    set(change) {
      now = change(now)
      for (const listener of listeners) listener(now)
    },
    use() {
      const [value, setValue] = useState(now)
      useEffect(() => {
        const listener = (next: T) => setValue(() => next)
        listener(now)
        listeners.add(listener)
        return () => void listeners.delete(listener)
      }, [])
      return value
    },
  }
  onSignedOut(() => store.set(() => empty))
  return store
}
