import { transactionHooks } from '@voiceassist/cache/postgres'
import { AsyncSlot } from '@voiceassist/kernel'
import type { Kysely, Transaction } from 'kysely'
import { GatewayError } from '../errors.js'
import { ConnectionLost } from './connection-errors.js'
import type { Database } from './schema.js'

interface Held {
  open: boolean
}

const held = new AsyncSlot<Held>()

/** While a server dies, connections that answered when they were lent break one after the other. */
const beginAttempts = 10

/**
 * Runs `work` in a transaction. Until it ends, code that `work` calls has this transaction and nothing else: the
 * pool refuses it a second connection, since callers that each hold one and wait for another wait for ever.
 * Reads of the cache go past it meanwhile, and `afterCommit` hooks run before this resolves.
 * A connection that breaks before `work` began is replaced; afterwards the error is the caller's.
 */
export async function inTransaction<T>(
  db: Kysely<Database>,
  work: (transaction: Transaction<Database>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let outcome: { error?: unknown } | undefined
    try {
      return await transactionHooks<T>(run =>
        db.transaction().execute(async transaction => {
          outcome = {}
          const scope: Held = { open: true }
          try {
            return await run(() => held.run(scope, async () => work(transaction)))
          } catch (error) {
            outcome = { error }
            throw error
          } finally {
            scope.open = false
          }
        }),
      )
    } catch (error) {
      // On a broken connection the rollback fails too; why it was rolled back says more.
      if (outcome) throw 'error' in outcome ? outcome.error : error
      if (attempt === beginAttempts || !(error instanceof ConnectionLost)) throw error
    }
  }
}

/** @throws GatewayError ACQUIRE_IN_TRANSACTION when the caller runs within `inTransaction`. */
export function refuseWithinTransaction(): void {
  if (held.getStore()?.open)
    throw new GatewayError(
      'ACQUIRE_IN_TRANSACTION',
      'A second connection was asked for within a transaction; use the transaction that was handed over',
    )
}
