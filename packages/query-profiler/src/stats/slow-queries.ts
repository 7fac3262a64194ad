import type { Clock } from '@voiceassist/kernel'
import type { CallSite } from '../capture/call-site.js'
import type { QueryRecord } from '../capture/query-record.js'
import { publish } from '../profiler-events.js'
import type { ProfilerLogger } from '../profiler-options.js'
import type { SlowQueryReport } from '../report/profiler-report.js'
import type { QueryStats } from './query-stats.js'
import type { QueryTimes } from './query-times.js'

const maxReports = 200
/** Of one statement, and of all of them in that time. */
const logIntervalMs = 60_000
const maxLogsPerInterval = 60
const baselineFactor = 4
const baselineFloorMs = 5

export interface SlowQueriesOptions {
  readonly thresholdMs: number
  readonly clock: Clock
  readonly logger: ProfilerLogger | undefined
  readonly callSiteOf: (stack: Error) => CallSite | null
}

/**
 * Finds slow queries by what server and decoding took; never for having waited for a connection. Slow is what takes
 * the threshold, or four times the statement's usual 95th percentile and more than 5 ms.
 */
export class SlowQueries {
  readonly #options: SlowQueriesOptions
  readonly #reports: SlowQueryReport[] = []
  #next = 0
  #logs = 0
  #logsSinceMs = Number.NEGATIVE_INFINITY

  constructor(options: SlowQueriesOptions) {
    this.#options = options
  }

  /** The least that `limitMs` may be. */
  get leastLimitMs(): number {
    return Math.min(this.#options.thresholdMs, baselineFloorMs)
  }

  /** Milliseconds from which an execution is slow. */
  limitMs(usualMs: number | undefined): number {
    const { thresholdMs } = this.#options
    if (usualMs === undefined) return thresholdMs
    return Math.min(thresholdMs, Math.max(baselineFloorMs, baselineFactor * usualMs))
  }

  add(record: QueryRecord, times: QueryTimes, stats: QueryStats, limitMs: number): SlowQueryReport {
    const { clock, callSiteOf, thresholdMs } = this.#options
    const { fingerprint, sql, type } = stats.statement
    const isOverThreshold = times.serverMs + times.decodeMs >= thresholdMs
    const report: SlowQueryReport = {
      fingerprint,
      sql,
      route: record.request?.route ?? '',
      requestId: record.request?.id ?? null,
      callSite: record.stack ? callSiteOf(record.stack) : null,
      at: new Date(clock.now()).toISOString(),
      waitMs: times.waitMs,
      serverMs: times.serverMs,
      decodeMs: times.decodeMs,
      rows: record.rows,
      rule: isOverThreshold ? 'threshold' : 'baseline',
      limitMs: isOverThreshold ? thresholdMs : limitMs,
    }
    this.#reports[this.#next++ % maxReports] = report
    publish({ kind: 'slow-query', query: { ...report, type } })
    this.#log(report, stats, record.endedAtMs)
    return report
  }

  /** Newest first. */
  reports(): readonly SlowQueryReport[] {
    const newest = this.#next % maxReports
    return [...this.#reports.slice(0, newest).reverse(), ...this.#reports.slice(newest).reverse()]
  }

  #log(report: SlowQueryReport, stats: QueryStats, nowMs: number): void {
    const { logger } = this.#options
    if (!logger) return
    if (nowMs - this.#logsSinceMs >= logIntervalMs) {
      this.#logsSinceMs = nowMs
      this.#logs = 0
    }
    if (nowMs - stats.loggedAtMs < logIntervalMs || this.#logs >= maxLogsPerInterval) {
      stats.unlogged++
      return
    }
    this.#logs++
    stats.loggedAtMs = nowMs
    logger.warn({ ...report, unlogged: stats.unlogged }, 'Slow query')
    stats.unlogged = 0
  }
}
