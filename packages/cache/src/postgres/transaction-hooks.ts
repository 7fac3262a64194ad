import { CacheError } from '../cache-error.js'
import { currentScope, enterScope, TransactionScope } from '../transaction-scope.js'

/** Runs the work of the transaction between its begin and its commit; called anew when the transaction is repeated. */
export type RunWork<T> = (work: () => Promise<T>) => Promise<T>

/**
 * Makes a transaction that another library begins and ends known to the cache:
 * `transactionHooks(run => db.transaction().execute(trx => run(() => work(trx))))`. `execute` resolves when the
 * transaction is committed, and rejects when it is rolled back.
 * @throws CacheError CACHE_AFTER_COMMIT_FAILED, whose `cause` is an AggregateError of what failed
 */
export async function transactionHooks<T>(execute: (run: RunWork<T>) => Promise<T>): Promise<T> {
  const scope = new TransactionScope(currentScope())
  let workDone = false
  const run: RunWork<T> = async work => {
    workDone = false
    scope.hooks.length = 0
    const result = await work()
    workDone = true
    return result
  }
  let result: T
  try {
    result = await enterScope(scope, () => execute(run))
  } catch (error) {
    // An invalidation too many does no harm, one too few does.
    if (!workDone || isRefusal(error)) throw error
    const errors = await runHooks(scope)
    throw errors.length === 0 ? error : new AggregateError([error, ...errors], (error as Error).message)
  }
  const errors = await runHooks(scope)
  if (errors.length > 0)
    throw new CacheError(
      'CACHE_AFTER_COMMIT_FAILED',
      'The transaction is committed; a hook after it failed',
      {
        remedy: 'Do not repeat the transaction',
        cause: new AggregateError(errors),
      },
    )
  return result
}

/**
 * Runs `hook` when the caller's transaction is committed, after the hooks before it; never when it, or the savepoint
 * around the call, is rolled back. Also when a connection broke during COMMIT, and nobody knows.
 * @throws CacheError CACHE_TRANSACTION_INVALID outside of a transaction
 */
export function afterCommit(hook: () => unknown): void {
  addHook(currentScope(), hook)
}

export function addHook(scope: TransactionScope | undefined, hook: () => unknown): void {
  if (!scope?.open)
    throw new CacheError('CACHE_TRANSACTION_INVALID', 'There is no open transaction to run something after', {
      remedy: 'Call it within inTransaction, and await what you start there',
    })
  scope.hooks.push(hook)
}

async function runHooks(scope: TransactionScope): Promise<unknown[]> {
  const errors: unknown[] = []
  for (const hook of scope.hooks) {
    try {
      await hook()
    } catch (error) {
      errors.push(error)
    }
  }
  return errors
}

/**
 * Whether COMMIT was answered, and the answer was no. The codes of lost connections (class 08), of a server that shuts
 * down (57P) and 40003 leave open whether it took effect.
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof CacheError) return true
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' && /^\d[\dA-Z]{4}$/.test(code) && !/^(08|57P|40003)/.test(code)
}
