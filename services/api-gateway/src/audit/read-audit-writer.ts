import type { Clock } from '@voiceassist/kernel'
import type { Logger } from 'pino'
import { errorFields } from '../error-fields.js'
import { GatewayError } from '../errors.js'
import { auditRow, type NewAuditRow } from '../repositories/audit-logs.repository.js'
import type { Actor } from './actor.js'
import type { AuditEntry } from './audit-actions.js'
import type { ReadAudit } from './read-audit.js'

/** How long rows are gathered before they are stored together; what a crash can lose is this and one commit. */
export const gatherMs = 100
const maxWaitingRows = 5000
const rowsPerStatement = 1000
const retryMs = 500
const attemptsAtEnd = 2

export interface ReadAuditWriterOptions {
  /** Stores all of the rows or none; `insertAuditRows`. */
  readonly store: (rows: readonly NewAuditRow[]) => Promise<void>
  readonly clock: Clock
  readonly logger: Pick<Logger, 'error'>
}

/**
 * Stores the audit rows of reads in groups, since a commit for each would cost more than the read. A read that finds no
 * room for its row waits for the next commit, and fails with it.
 */
export class ReadAuditWriter implements ReadAudit {
  readonly #storeRows: ReadAuditWriterOptions['store']
  readonly #clock: Clock
  readonly #logger: Pick<Logger, 'error'>
  #waiting: NewAuditRow[] = []
  /** Resolves to whether the rows that were there at its begin are stored. */
  #storing: Promise<boolean> | undefined
  /** In a row; the first is logged. */
  #failures = 0
  readonly #closing = new AbortController()

  constructor({ store, clock, logger }: ReadAuditWriterOptions) {
    this.#storeRows = store
    this.#clock = clock
    this.#logger = logger
  }

  async record(actor: Actor, entry: AuditEntry): Promise<void> {
    while (this.#waiting.length >= maxWaitingRows) {
      if (!(await this.#store()))
        throw new GatewayError('OVERLOADED', 'What is read cannot be audited at present')
    }
    this.#waiting.push({ ...auditRow(actor, entry), timestamp: new Date(this.#clock.now()) })
    void this.#store()
  }

  /** Stores what is waiting; what is recorded afterwards is stored at once. */
  async close(): Promise<void> {
    this.#closing.abort()
    for (let failures = 0; this.#waiting.length > 0 && failures < attemptsAtEnd; )
      if (!(await this.#store())) failures += 1
    if (this.#waiting.length > 0)
      this.#logger.error({ rows: this.#waiting.length }, 'audit rows of reads are lost')
  }

  #store(): Promise<boolean> {
    this.#storing ??= this.#gatherAndStore().finally(() => {
      this.#storing = undefined
      if (this.#waiting.length > 0 && !this.#closing.signal.aborted) void this.#store()
    })
    return this.#storing
  }

  async #gatherAndStore(): Promise<boolean> {
    if (this.#waiting.length < rowsPerStatement)
      await this.#clock.sleep(gatherMs, this.#closing.signal).catch(() => {})
    const rows = this.#waiting.slice(0, rowsPerStatement)
    try {
      await this.#storeRows(rows)
    } catch (error) {
      if (this.#failures++ === 0)
        this.#logger.error({ err: errorFields(error) }, 'audit rows of reads wait to be stored')
      await this.#clock.sleep(retryMs, this.#closing.signal).catch(() => {})
      return false
    }
    this.#waiting.splice(0, rows.length)
    this.#failures = 0
    return true
  }
}
