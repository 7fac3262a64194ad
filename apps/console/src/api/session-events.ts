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

/** Whether the session goes on. Renewals take turns, those of other tabs too: a refresh token that comes twice ends the login. */
export function refreshSession(): Promise<boolean> {
  underWay ??= inTurn(renewed).finally(() => {
    underWay = undefined
  })
  return underWay
}

const path = '/api/console/session'

async function renewed(): Promise<boolean> {
  try {
    // Another tab may have done it meanwhile.
    if ((await fetch(path, { headers: ownPage })).ok) return true
    return (await fetch(`${path}/refresh`, { method: 'POST', headers: ownPage })).ok
  } catch {
    return false
  }
}

/** Locks are there only for pages that came by https or from this machine. */
function inTurn(work: () => Promise<boolean>): Promise<boolean> {
  const { locks } = navigator as Partial<Navigator>
  return locks ? locks.request('voiceassist-session', work) : work()
}
