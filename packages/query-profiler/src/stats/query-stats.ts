import type { CallSite } from '../capture/call-site.js'
import type { QueryRecord } from '../capture/query-record.js'
import type { Statement } from '../fingerprint/statement.js'
import type { QueryReport } from '../report/profiler-report.js'
import { bucketOf, DurationSketch } from './duration-sketch.js'
import { FrequentNames } from './frequent-names.js'
import type { QueryTimes } from './query-times.js'
import { UsualDuration } from './usual-duration.js'

const maxRoutes = 8
const maxSqlStates = 16

/** What is known of the executions of a statement. */
export class QueryStats {
  readonly statement: Statement
  readonly durations = new DurationSketch()
  readonly usual = new UsualDuration()
  readonly #routes = new FrequentNames(maxRoutes)
  readonly #errors = new Map<string, number>()
  #calls = 0
  #rows = 0
  #bytes = 0
  #waitMs = 0
  #serverMs = 0
  #decodeMs = 0
  slow = 0
  /** Of the last execution whose place was asked for. */
  callSite: CallSite | null = null
  /** Executed since room was last made; the first time does not count. */
  isUsed = false
  /** When a slow execution was logged last, and how many were not since. */
  loggedAtMs = Number.NEGATIVE_INFINITY
  unlogged = 0

  constructor(statement: Statement) {
    this.statement = statement
  }

  get calls(): number {
    return this.#calls
  }

  add(record: QueryRecord, times: QueryTimes): void {
    const durationMs = times.serverMs + times.decodeMs
    this.isUsed = this.#calls++ > 0
    this.#rows += record.rows
    this.#bytes += record.bytes
    this.#waitMs += times.waitMs
    this.#serverMs += times.serverMs
    this.#decodeMs += times.decodeMs
    const bucket = bucketOf(durationMs)
    this.durations.add(durationMs, bucket)
    this.usual.add(durationMs, record.endedAtMs, bucket)
    this.#routes.add(record.request?.route ?? '')
    if (record.sqlState !== undefined) this.#addErrors(record.sqlState, 1)
  }

  /** Adds another statement's, which is forgotten. */
  merge(other: QueryStats): void {
    this.#calls += other.#calls
    this.#rows += other.#rows
    this.#bytes += other.#bytes
    this.#waitMs += other.#waitMs
    this.#serverMs += other.#serverMs
    this.#decodeMs += other.#decodeMs
    this.slow += other.slow
    this.durations.merge(other.durations)
    this.#routes.add(other.#routes.top, other.#calls)
    for (const [sqlState, count] of other.#errors) this.#addErrors(sqlState, count)
  }

  report(): QueryReport {
    const { fingerprint, sql, type, tables } = this.statement
    return {
      fingerprint,
      sql,
      type,
      tables,
      calls: this.#calls,
      errors: Object.fromEntries(this.#errors),
      rows: this.#rows,
      bytes: this.#bytes,
      waitMs: this.#waitMs,
      serverMs: this.#serverMs,
      decodeMs: this.#decodeMs,
      durationMs: this.durations.quantiles(),
      slow: this.slow,
      route: this.#routes.top,
      callSite: this.callSite,
    }
  }

  #addErrors(sqlState: string, count: number): void {
    // What is no SQLSTATE could be any text of an error.
    const known = /^(?:[0-9A-Z]{5}|connection)$/.test(sqlState) ? sqlState : 'other'
    const key = this.#errors.has(known) || this.#errors.size < maxSqlStates ? known : 'other'
    this.#errors.set(key, (this.#errors.get(key) ?? 0) + count)
  }
}
