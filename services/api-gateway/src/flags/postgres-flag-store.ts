import type { FlagStore } from '@voiceassist/feature-flags'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Database } from '../db/schema.js'
import { findFlagRevision, loadFlagSnapshot } from '../repositories/flag-snapshot.repository.js'
import { usableSnapshot } from './usable-snapshot.js'

/** The gateway's database as the truth of its flags. */
export function postgresFlagStore(db: Kysely<Database>, logger: Pick<Logger, 'error'>): FlagStore {
  return {
    revision: (environment, signal) => unlessAborted(() => findFlagRevision(db, environment), signal),
    load: (environment, signal) =>
      unlessAborted(async () => {
        const loaded = await loadFlagSnapshot(db, environment)
        const onLeftOut = (leftOut: object) =>
          logger.error({ environment, ...leftOut }, 'a row of the flags is not well formed, and not served')
        return usableSnapshot(loaded, onLeftOut)
      }, signal),
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
