import { type Clock, systemClock } from '@voiceassist/kernel'
import pg from 'pg'
import { GatewayError } from '../errors.js'
import { isPassingConnectionError, unreachable } from './connection-errors.js'
import { refuseWithinTransaction } from './held-transaction.js'
import { PoolWaits } from './pool-waits.js'
import { PooledClient } from './pooled-client.js'

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

type Lent = pg.PoolClient & PooledClient

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
  /** What is sent once on every new connection. */
  readonly setUp: string | undefined
  readonly #clock: Clock
  /** For a connection or a server. */
  readonly #waits: PoolWaits
  /** When a connection last broke: those that idled at that time have to prove that they live. */
  #brokeAtMs = Number.NEGATIVE_INFINITY
  /** When a connection last gave no answer: those that idled at that time would give none either. */
  #hungAtMs = Number.NEGATIVE_INFINITY
  #replacedAtMs = Number.NEGATIVE_INFINITY
  #ended: Promise<void> | undefined

  constructor({ connection, setUp, clock = systemClock, ...limits }: DatabasePoolOptions) {
    super({
      ...connection,
      Client: PooledClient,
      max: limits.size + limits.maxOverflow,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: limits.acquireTimeoutMs,
      keepAlive: true,
      application_name: 'voiceassist',
    })
    this.limits = limits
    this.#clock = clock
    this.#waits = new PoolWaits(clock)
    this.setUp = setUp
    this.on('error', () => {}) // a dead idle connection: the pool has dropped it already
    this.on('connect', client => {
      // An 'error' that nobody listens to ends the process, and a borrower between two queries does not listen.
      client.on('error', () => {
        this.#brokeAtMs = clock.monotonic()
      })
    })
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
      client => callback(undefined, client, client.release),
      error => callback(error, undefined, () => {}),
    )
    return undefined
  }

  /** Has every connection replaced before it is lent again: what is set up on a new one has changed. */
  replaceConnections(): void {
    this.#replacedAtMs = this.#clock.monotonic()
  }

  /** Refuses who waits, with POOL_CLOSED, and resolves when every lent connection has come back. */
  override end(): Promise<void> {
    if (!this.#ended) {
      this.#ended = super.end()
      this.#waits.end(poolClosed())
    }
    return this.#ended
  }

  async #acquire(): Promise<pg.PoolClient> {
    refuseWithinTransaction()
    const deadline = this.#clock.monotonic() + this.limits.acquireTimeoutMs
    for (let attempt = 0; ; attempt++) {
      if (this.#ended) throw poolClosed()
      let lastError: unknown
      try {
        const client = await this.#connectBefore(deadline)
        if (this.#isTrusted(client) || (await this.#isUsable(client, deadline))) return this.#lend(client)
        continue // a dead connection costs no delay: the next may be alive
      } catch (error) {
        if (!isPassingConnectionError(error))
          throw isPoolTimeout(error) ? this.#noneFree() : unreachable(error)
        lastError = error
      }
      const delayMs = retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)]!
      if (this.#clock.monotonic() + delayMs > deadline) throw unreachable(lastError)
      await this.#waits.pause(delayMs)
    }
  }

  /** What comes after the deadline is put back, since nobody waits for it. */
  async #connectBefore(deadline: number): Promise<Lent> {
    const isFree = this.idleCount > this.waitingCount
    const opensNew = this.idleCount === 0 && this.totalCount < this.limits.size + this.limits.maxOverflow
    const client = super.connect() as Promise<Lent>
    try {
      if (isFree) return await this.#waits.unlessEnded(client)
      return await this.#waits.within(deadline, client, () =>
        opensNew ? this.#noAnswer() : this.#noneFree(),
      )
    } catch (error) {
      client.then(late => late.release(this.#isSurplus())).catch(() => {})
      throw error
    }
  }

  /** It is lent as it is. */
  #isTrusted(client: Lent): boolean {
    const isSetUp = client.openedAtMs !== undefined
    return isSetUp && !client.lost && !this.#isTooOld(client) && this.#wasUsedJustNow(client)
  }

  /** Of one that is not trusted: makes a new one ready, asks one that idled for long. One that is of no use is closed. */
  async #isUsable(client: Lent, deadline: number): Promise<boolean> {
    try {
      if (client.openedAtMs === undefined) {
        if (this.setUp) await this.#waits.within(deadline, client.query(this.setUp), () => this.#noAnswer())
        client.openedAtMs = this.#clock.monotonic()
      } else if (client.lost || this.#isTooOld(client) || !(await this.#answers(client, deadline))) {
        client.release(true)
        return false
      }
    } catch (error) {
      client.release(true)
      throw error
    }
    // A server that dies may say so in the packet that holds its last answer.
    if (client.lost) client.release(true)
    return !client.lost
  }

  #wasUsedJustNow({ returnedAtMs }: Lent): boolean {
    return returnedAtMs > this.#brokeAtMs && this.#clock.monotonic() - returnedAtMs <= trustedIdleMs
  }

  async #answers(client: Lent, deadline: number): Promise<boolean> {
    const askedAt = this.#clock.monotonic()
    if (client.returnedAtMs <= this.#hungAtMs) return false
    try {
      const answer: Promise<unknown> = client.query('select 1')
      await this.#waits.within(Math.min(deadline, askedAt + livenessTimeoutMs), answer, () =>
        this.#noAnswer(),
      )
      return true
    } catch (error) {
      if (this.#ended) throw error
      if (!isPassingConnectionError(error)) this.#hungAtMs = askedAt
      return false
    }
  }

  #lend(client: Lent): pg.PoolClient {
    const giveBack = client.release
    client.release = error => {
      // A transaction that was left open would become the next borrower's.
      const isOpen = client.getTransactionStatus() !== 'I'
      giveBack.call(client, error || isOpen || this.#isTooOld(client) || this.#isSurplus())
      client.returnedAtMs = this.#clock.monotonic()
    }
    return client
  }

  #isTooOld({ openedAtMs }: Lent): boolean {
    if (openedAtMs! <= this.#replacedAtMs) return true
    return this.#clock.monotonic() - openedAtMs! >= this.limits.recycleSeconds * 1000
  }

  #isSurplus(): boolean {
    return this.totalCount > this.limits.size && this.waitingCount === 0
  }

  #noneFree(): GatewayError {
    const { size, maxOverflow, acquireTimeoutMs } = this.limits
    return new GatewayError(
      'ACQUIRE_TIMEOUT',
      `No database connection came free within ${acquireTimeoutMs} ms (${this.totalCount} of ${size + maxOverflow} open)`,
      { remedy: 'Raise DB_POOL_SIZE or DB_MAX_OVERFLOW, or find what holds connections for long' },
    )
  }

  #noAnswer(): GatewayError {
    return unreachable(new Error(`no answer within ${this.limits.acquireTimeoutMs} ms`))
  }
}

function poolClosed(): GatewayError {
  return new GatewayError('POOL_CLOSED', 'The database pool is closed')
}

function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect'
}
