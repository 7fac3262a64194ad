import { type Clock, systemClock } from '@voiceassist/kernel'
import pg from 'pg'
import { GatewayError } from '../errors.js'
import { isPassingConnectionError, unreachable } from './connection-errors.js'
import { refuseWithinTransaction } from './held-transaction.js'

export interface PoolLimits {
  /** Connections that stay open once opened. */
  readonly size: number
  /** Further connections under load; each is closed when it is returned and nobody waits. */
  readonly maxOverflow: number
  /** Seconds after which a connection is replaced. */
  readonly recycleSeconds: number
  /** Milliseconds a caller waits for a connection, attempts to reconnect included. */
  readonly acquireTimeoutMs: number
}

export const defaultPoolLimits: PoolLimits = {
  size: 20,
  maxOverflow: 40,
  recycleSeconds: 3600,
  acquireTimeoutMs: 30_000,
}

export interface DatabasePoolOptions extends PoolLimits {
  readonly connection: Pick<pg.ClientConfig, 'connectionString' | 'stream'>
  /** Sent once on every new connection. */
  readonly setUp?: string
  readonly clock?: Clock
}

/** A connection that idled longer than this is asked whether it still lives before it is lent. */
const trustedIdleMs = 1000
const livenessTimeoutMs = 2000
const retryDelaysMs = [25, 50, 100, 200, 400, 800]

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (error?: Error | boolean) => void,
) => void

/**
 * A `pg` pool with a base size and an overflow, which lends no connection that it knows or suspects to be dead,
 * and which outlasts a restart of the server: until a query is sent, a failed connection is replaced in silence.
 */
export class DatabasePool extends pg.Pool {
  readonly limits: PoolLimits
  readonly #clock: Clock
  readonly #setUp: string | undefined
  readonly #returnedAt = new WeakMap<object, number>()
  #closed = false

  constructor({ connection, setUp, clock = systemClock, ...limits }: DatabasePoolOptions) {
    super({
      ...connection,
      max: limits.size + limits.maxOverflow,
      idleTimeoutMillis: 0,
      maxLifetimeSeconds: limits.recycleSeconds,
      connectionTimeoutMillis: limits.acquireTimeoutMs,
      keepAlive: true,
      application_name: 'voiceassist',
    })
    this.limits = limits
    this.#clock = clock
    this.#setUp = setUp
    this.on('error', () => {}) // a dead idle connection: the pool has dropped it already
  }

  /**
   * Lends a connection; give it back with `release()`.
   * @throws GatewayError ACQUIRE_TIMEOUT, ACQUIRE_IN_TRANSACTION, DATABASE_UNREACHABLE or POOL_CLOSED.
   */
  override connect(): Promise<pg.PoolClient>
  override connect(callback: ConnectCallback): void
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    const lent = this.#acquire()
    if (!callback) return lent
    lent.then(
      client => callback(undefined, client, error => client.release(error)),
      error => callback(error, undefined, () => {}),
    )
    return undefined
  }

  override async end(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await super.end()
  }

  async #acquire(): Promise<pg.PoolClient> {
    refuseWithinTransaction()
    const deadline = this.#clock.monotonic() + this.limits.acquireTimeoutMs
    for (let attempt = 0; ; attempt++) {
      if (this.#closed) throw new GatewayError('POOL_CLOSED', 'The database pool is closed')
      let lastError: unknown
      try {
        const client = await this.#within(deadline, super.connect())
        if (await this.#isUsable(client)) return this.#lend(client)
        client.release(true)
        continue // a dead connection costs no delay: the next may be alive
      } catch (error) {
        if (error instanceof GatewayError) throw error
        if (isPoolTimeout(error)) throw this.#timedOut(error)
        if (!isPassingConnectionError(error)) throw unreachable(error)
        lastError = error
      }
      const delayMs = retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)]!
      if (this.#clock.monotonic() + delayMs > deadline) throw unreachable(lastError)
      await this.#clock.sleep(delayMs)
    }
  }

  async #isUsable(client: pg.PoolClient): Promise<boolean> {
    const returnedAt = this.#returnedAt.get(client)
    if (returnedAt === undefined) {
      if (this.#setUp) await client.query(this.#setUp)
      return true
    }
    if (this.#clock.monotonic() - returnedAt <= trustedIdleMs) return true
    try {
      await this.#within(this.#clock.monotonic() + livenessTimeoutMs, client.query('select 1'))
      return true
    } catch {
      return false
    }
  }

  #lend(client: pg.PoolClient): pg.PoolClient {
    const giveBack = client.release
    client.release = error => {
      const surplus = this.totalCount > this.limits.size && this.waitingCount === 0
      this.#returnedAt.set(client, this.#clock.monotonic())
      giveBack.call(client, error || surplus)
    }
    return client
  }

  /** What comes after the deadline is put back, since nobody waits for it. */
  async #within<T>(deadline: number, work: Promise<T>): Promise<T> {
    const abandoned = new AbortController()
    const expiry = this.#clock
      .sleep(Math.max(0, deadline - this.#clock.monotonic()), abandoned.signal)
      .then(() => {
        work.then(late => isClient(late) && late.release(true)).catch(() => {})
        throw this.#timedOut()
      })
    try {
      return await Promise.race([work, expiry])
    } finally {
      expiry.catch(() => {})
      abandoned.abort()
    }
  }

  #timedOut(cause?: unknown): GatewayError {
    const { size, maxOverflow, acquireTimeoutMs } = this.limits
    return new GatewayError(
      'ACQUIRE_TIMEOUT',
      `No database connection came free within ${acquireTimeoutMs} ms (${this.totalCount} of ${size + maxOverflow} open)`,
      { remedy: 'Raise DB_POOL_SIZE or DB_MAX_OVERFLOW, or find what holds connections for long', cause },
    )
  }
}

function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect'
}

function isClient(value: unknown): value is pg.PoolClient {
  return typeof value === 'object' && value !== null && 'release' in value
}
