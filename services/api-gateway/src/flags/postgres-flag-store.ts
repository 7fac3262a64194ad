import type { FlagStore } from '@voiceassist/feature-flags'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import { findFlagRevision, loadFlagSnapshot } from '../repositories/flag-snapshot.repository.js'

/** The gateway's database as the truth of its flags. */
export function postgresFlagStore(db: Kysely<Database>): FlagStore {
  return {
    revision: (environment, signal) => unlessAborted(() => findFlagRevision(db, environment), signal),
    load: (environment, signal) => unlessAborted(() => loadFlagSnapshot(db, environment), signal),
  }
}

/** The driver cannot take a query back: who asked no longer waits for it. */
async function unlessAborted<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let onAbort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([ask(), aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
