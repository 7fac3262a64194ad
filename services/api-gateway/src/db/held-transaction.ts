import { AsyncLocalStorage } from 'node:async_hooks'
import type { Kysely, Transaction } from 'kysely'
import { GatewayError } from '../errors.js'
import type { Database } from './schema.js'

interface Held {
  open: boolean
}

const held = new AsyncLocalStorage<Held>()

/**
 * Runs `work` in a transaction. Until it ends, code that `work` calls has this transaction and nothing else: the
 * pool refuses it a second connection, since callers that each hold one and wait for another wait for ever.
 */
export function inTransaction<T>(
  db: Kysely<Database>,
  work: (transaction: Transaction<Database>) => Promise<T>,
): Promise<T> {
  const scope: Held = { open: true }
  return db.transaction().execute(transaction =>
    held.run(scope, async () => {
      try {
        return await work(transaction)
      } finally {
        scope.open = false
      }
    }),
  )
}

/** @throws GatewayError ACQUIRE_IN_TRANSACTION when the caller runs within `inTransaction`. */
export function refuseWithinTransaction(): void {
  if (held.getStore()?.open)
    throw new GatewayError(
      'ACQUIRE_IN_TRANSACTION',
      'A second connection was asked for within a transaction; use the transaction that was handed over',
    )
}
