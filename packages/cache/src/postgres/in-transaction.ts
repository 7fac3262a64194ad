import { CacheError } from '../cache-error.js'
import { currentScope, enterScope, TransactionScope } from '../transaction-scope.js'
import type { SqlClient, SqlPool } from './sql-client.js'
import { addHook, isRefusal, type RunWork, transactionHooks } from './transaction-hooks.js'

/** A transaction, or a savepoint within one. */
export interface Transaction<Client extends SqlClient = SqlClient> {
  /** The connection. Leave begin, commit and rollback to `inTransaction`. */
  readonly client: Client
  /** @throws CacheError CACHE_TRANSACTION_INVALID when the transaction is over */
  query<Row = Record<string, unknown>>(text: string, params?: unknown[]): Promise<{ readonly rows: Row[] }>
  /** As the function of this name, for this transaction. */
  afterCommit(hook: () => unknown): void
}

type Work<Client extends SqlClient, T> = (transaction: Transaction<Client>) => Promise<T> | T

/** The innermost scope of each connection with a transaction. */
const innermost = new WeakMap<SqlClient, TransactionScope>()
/** From which pool an outermost transaction has its connection. */
const borrowed = new WeakMap<TransactionScope, { readonly pool: unknown; readonly client: SqlClient }>()

/**
 * Runs `work` in a transaction of a pool's connection, or of a client that has none open; commits when it resolves and
 * rolls back when it rejects. Given a transaction, its client, or the pool of the transaction that the caller runs in, it
 * makes a savepoint within that one. Within it reads go past the cache, and nothing is filled.
 * @throws CacheError CACHE_TRANSACTION_INVALID, CACHE_AFTER_COMMIT_FAILED; errors of `work` and of the database as they are
 */
export async function inTransaction<T, Client extends SqlClient>(
  db: SqlPool<Client> | Client | Transaction<Client>,
  work: Work<Client, T>,
): Promise<T> {
  const client = clientOf(db)
  if (client && innermost.has(client)) return inSavepoint(client, work)
  if (!client) return onPool(db as SqlPool<Client>, work)
  if ('afterCommit' in db) throw invalid('The transaction is over', 'Await what you start within it')
  return transactionHooks(run => outermost(client, work, run))
}

function clientOf<Client extends SqlClient>(
  db: SqlPool<Client> | Client | Transaction<Client>,
): Client | undefined {
  if ('afterCommit' in db) return db.client
  // A pg.Client has `connect` too, and from its start a `processID`; a lent one has `release`.
  if (!('connect' in db) || 'release' in db || 'processID' in db) return db as Client
  for (let scope = currentScope(); scope; scope = scope.parent) {
    const from = borrowed.get(scope)
    if (from?.pool === db && scope.open) return from.client as Client
  }
  return undefined
}

function onPool<T, Client extends SqlClient>(pool: SqlPool<Client>, work: Work<Client, T>): Promise<T> {
  return transactionHooks(async run => {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      borrowed.set(currentScope() as TransactionScope, { pool, client })
      return await outermost(client, work, run, error => {
        broken = error
      })
    } finally {
      // Before the hooks, which may need a connection.
      client.release(broken)
    }
  })
}

async function outermost<T, Client extends SqlClient>(
  client: Client,
  work: Work<Client, T>,
  run: RunWork<T>,
  onBroken: (error: Error) => void = () => {},
): Promise<T> {
  const scope = currentScope() as TransactionScope
  innermost.set(client, scope)
  try {
    const { command } = await client.query('begin').catch(error => {
      onBroken(error)
      throw error
    })
    let result: T
    try {
      result = await run(async () => work(transactionOn(client, scope)))
      // A client that names no commands would not say that COMMIT rolled back.
      if (command === undefined) await client.query('select 1')
    } catch (error) {
      await client.query('rollback').catch(onBroken)
      throw error
    }
    await commit(client, onBroken)
    return result
  } finally {
    innermost.delete(client)
  }
}

async function commit(client: SqlClient, onBroken: (error: Error) => void): Promise<void> {
  const { command } = await client.query('commit').catch(error => {
    if (!isRefusal(error)) onBroken(error)
    throw error
  })
  if (command === 'ROLLBACK')
    throw invalid(
      'The transaction was rolled back, since a statement in it had failed',
      'Let the error of a statement pass, or put the statement into an inTransaction of its own',
    )
}

async function inSavepoint<T, Client extends SqlClient>(client: Client, work: Work<Client, T>): Promise<T> {
  const parent = innermost.get(client) as TransactionScope
  if (currentScope() !== parent)
    throw invalid(
      'The transaction is busy with another savepoint, or does not belong to the caller',
      'Await one savepoint before the next begins',
    )
  const scope = new TransactionScope(parent)
  innermost.set(client, scope)
  try {
    // A name of its own: rolled back to by mistake, one of an outer savepoint would undo that one's work.
    const name = `cache_savepoint_${depthOf(scope)}`
    await client.query(`savepoint ${name}`)
    try {
      const result = await enterScope(scope, async () => {
        const done = await work(transactionOn(client, scope))
        await client.query(`release savepoint ${name}`)
        return done
      })
      parent.hooks.push(...scope.hooks)
      return result
    } catch (error) {
      // Where this fails, the whole transaction cannot be committed any more.
      await client.query(`rollback to savepoint ${name}`).catch(() => {})
      throw error
    }
  } finally {
    scope.open = false
    innermost.set(client, parent)
  }
}

function depthOf(scope: TransactionScope): number {
  return scope.parent ? depthOf(scope.parent) + 1 : 0
}

function transactionOn<Client extends SqlClient>(
  client: Client,
  scope: TransactionScope,
): Transaction<Client> {
  return {
    client,
    async query<Row>(text: string, params?: unknown[]) {
      if (!scope.open) throw invalid('The transaction is over', 'Await what you start within it')
      return (await client.query(text, params)) as { readonly rows: Row[] }
    },
    afterCommit: hook => addHook(scope, hook),
  }
}

function invalid(message: string, remedy: string): CacheError {
  return new CacheError('CACHE_TRANSACTION_INVALID', message, { remedy })
}
