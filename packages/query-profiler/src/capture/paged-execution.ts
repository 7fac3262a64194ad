import { rowsOfTag } from './command-tag.js'
import { Execution } from './execution.js'
import type { QueryRecord } from './query-record.js'

/**
 * Of a cursor or stream, whose rows are asked for page by page. While the application has not asked for the next page
 * the server does nothing, so that time is left out: the record's moments are those of the same query read without a
 * pause, and its end is earlier than the real one by the pauses.
 */
export class PagedExecution extends Execution {
  #phase: 'server' | 'decoding' | 'paused' = 'paused'
  #sinceMs = 0
  #isAsked = false
  #serverMs = 0
  #decodeMs = 0
  #affected = 0

  override sent(): void {
    super.sent()
    this.#phase = 'server'
    this.#sinceMs = this.sentAtMs
  }

  /** Parsed and planned; it runs when the first page is asked for, which may have been done already. */
  override answered(): void {
    if (!this.#isAsked) this.#enter('paused')
  }

  override pageAsked(): void {
    this.#isAsked = true
    if (this.#phase === 'paused') this.#enter('server')
  }

  override row(): void {
    this.rows++
    if (this.#phase === 'server') this.#enter('decoding')
  }

  override pageEnded(): void {
    this.#isAsked = false
    this.#enter('paused')
  }

  /** The tag counts the rows of the last page only, or those that were written. */
  override completed(commandTag: string | undefined): void {
    this.#affected = rowsOfTag(commandTag)
  }

  protected override settle(record: QueryRecord, nowMs: number): void {
    this.#enter('paused', nowMs)
    if (this.rows === 0) this.rows = this.#affected
    super.settle(record, nowMs)
    record.answeredAtMs = record.sentAtMs + this.#serverMs
    record.endedAtMs = record.answeredAtMs + this.#decodeMs
  }

  #enter(phase: 'server' | 'decoding' | 'paused', nowMs = performance.now()): void {
    if (this.#phase === 'server') this.#serverMs += nowMs - this.#sinceMs
    else if (this.#phase === 'decoding') this.#decodeMs += nowMs - this.#sinceMs
    this.#phase = phase
    this.#sinceMs = nowMs
  }
}
