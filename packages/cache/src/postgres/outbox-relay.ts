import type { Clock } from '@voiceassist/kernel'
import { CacheError } from '../cache-error.js'
import { type InvalidatedCache, invalidateRows } from './invalidate-rows.js'
import { changeOf, type OutboxChange } from './outbox-change.js'
import { deleteRows, lookAtOutbox, type OutboxLook, type OutboxRow, selectRows } from './outbox-row.js'
import type { Relay, RelayStats } from './relay.js'
import type { RelaySession } from './relay-session.js'
import type { TrackedTable } from './track-table.js'

export interface OutboxRelayOptions {
  readonly open: () => Promise<RelaySession>
  /** Absent: nobody else takes rows. */
  readonly lockKey: number | undefined
  readonly cache: InvalidatedCache
  readonly tables: ReadonlyMap<string, TrackedTable>
  /** Its quoted name. */
  readonly outbox: string
  readonly clock: Clock
  readonly pollMs: number
  readonly onError: (error: unknown) => void
  readonly apply: ((changes: readonly OutboxChange[]) => Promise<void>) | undefined
}

const batchRows = 1000
/** How soon a waiting relay follows one that ended. */
const standbyMs = 250
const firstRetryMs = 100
const longestRetryMs = 1000

export class OutboxRelay implements Relay {
  readonly ready: Promise<void>
  readonly #options: OutboxRelayOptions
  #becomeReady!: () => void
  #refuseReady!: (error: CacheError) => void
  #running: Promise<void> = Promise.resolve()
  #closed = false
  #woken = false
  #nap: { readonly wakeable: boolean; readonly end: AbortController } | undefined
  /** Of the newest row at the first look; undefined before it. */
  #newestAtStart: bigint | undefined
  #failuresInRow = 0
  readonly #stats: { -readonly [Name in keyof RelayStats]: RelayStats[Name] } = {
    active: false,
    lagMs: undefined,
    lookedAtMs: undefined,
    relayed: 0,
    unmapped: 0,
    failures: 0,
    lastPassAt: undefined,
  }

  constructor(options: OutboxRelayOptions) {
    this.#options = options
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve
      this.#refuseReady = reject
    })
    this.ready.catch(() => {}) // nobody need wait for it
  }

  start(): void {
    this.#running = this.#run()
  }

  stats(): RelayStats {
    return { ...this.#stats }
  }

  wake(): void {
    this.#woken = true
    if (this.#nap?.wakeable) this.#nap.end.abort()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#nap?.end.abort()
    await this.#running
    this.#refuseReady(new CacheError('CACHE_CLOSED', 'The relay was closed before its first pass'))
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#withSession()
      } catch (error) {
        this.#stats.failures++
        this.#report(error)
        await this.#sleep(Math.min(firstRetryMs * 2 ** this.#failuresInRow++, longestRetryMs), false)
      }
    }
  }

  async #withSession(): Promise<void> {
    const session = await this.#options.open()
    try {
      if (!(await this.#becomeActive(session))) return
      // Listening comes first: what commits after the look is then notified.
      await session.listen()
      this.#stats.active = true
      while (!this.#closed) {
        await this.#pass(session)
        await this.#sleep(this.#options.pollMs, true)
      }
    } finally {
      this.#stats.active = false
      session.close()
    }
  }

  /** False when the relay was closed before it had the lock. */
  async #becomeActive(session: RelaySession): Promise<boolean> {
    const { lockKey, outbox, clock } = this.#options
    if (lockKey === undefined) return true
    const look = lookAtOutbox(outbox)
    while (!this.#closed) {
      const askedAtMs = clock.monotonic()
      const { rows } = await session.query(look, [lockKey])
      const { locked, oldest, newest, age_ms } = rows[0] as OutboxLook
      this.#stats.lagMs = age_ms ?? 0
      this.#stats.lookedAtMs = askedAtMs
      this.#newestAtStart ??= BigInt(newest ?? 0)
      if (locked) return true
      this.#failuresInRow = 0
      if (oldest === null || BigInt(oldest) > this.#newestAtStart) this.#becomeReady()
      await this.#sleep(standbyMs, false)
    }
    return false
  }

  /** Until nothing is left, or the relay is closed. */
  async #pass(session: RelaySession): Promise<void> {
    const { outbox, clock } = this.#options
    for (;;) {
      const askedAtMs = clock.monotonic()
      const rows = (await session.query(selectRows(outbox, batchRows))).rows as OutboxRow[]
      this.#stats.lookedAtMs = askedAtMs
      this.#stats.lagMs = rows.reduce((oldest, row) => Math.max(oldest, row.age_ms), 0)
      if (rows.length > 0) await this.#relay(session, rows)
      if (rows.length < batchRows) break
      if (this.#closed) return
    }
    this.#failuresInRow = 0
    this.#stats.lastPassAt = clock.now()
    this.#becomeReady()
  }

  async #relay(session: RelaySession, rows: readonly OutboxRow[]): Promise<void> {
    const { cache, tables, outbox, apply } = this.#options
    const onUnmapped = (error: CacheError) => {
      this.#stats.unmapped++
      this.#report(error)
    }
    // What the cache journals is lost with the process; the rows are not.
    if (!(await invalidateRows(cache, rows, { tables, onUnmapped })))
      throw new CacheError(
        'CACHE_REMOTE_UNAVAILABLE',
        'The second tier is away: changes of the database wait',
        {
          remedy: 'The relay tries again by itself, or another one does',
        },
      )
    await apply?.(rows.map(changeOf))
    await session.query(deleteRows(outbox), [`{${rows.map(row => row.id).join()}}`])
    this.#stats.relayed += rows.length
  }

  #report(error: unknown): void {
    try {
      this.#options.onError(error)
    } catch {
      // a report that fails must not end the relay
    }
  }

  async #sleep(ms: number, wakeable: boolean): Promise<void> {
    if (this.#closed || (wakeable && this.#woken)) {
      this.#woken = false
      return
    }
    const end = new AbortController()
    this.#nap = { wakeable, end }
    await this.#options.clock.sleep(ms, end.signal).catch(() => {})
    this.#nap = undefined
    this.#woken = false
  }
}
