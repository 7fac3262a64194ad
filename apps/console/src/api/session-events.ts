import { ownPage } from './own-page.js'

type Listener = () => void
const listeners = new Set<Listener>()
let underWay: Promise<boolean> | undefined

/** Returns what takes the listener away. */
export function onSignedOut(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function signedOut(): void {
  for (const listener of listeners) listener()
}

/** Whether the session goes on. Several that ask at once share one renewal: a refresh token is good once. */
export function refreshSession(): Promise<boolean> {
  underWay ??= fetch('/api/console/session/refresh', { method: 'POST', headers: ownPage })
    .then(
      ({ ok }) => ok,
      () => false,
    )
    .finally(() => {
      underWay = undefined
    })
  return underWay
}
