import type { QueryRecord } from '../capture/query-record.js'
import type { QueryType, Statement } from '../fingerprint/statement.js'
import type { QueryReport, SlowQueryReport } from '../report/profiler-report.js'
import type { QueryTypeStats } from './profiler-stats.js'
import { QueryStats } from './query-stats.js'
import { readTimes } from './query-times.js'
import { SlowQueries, type SlowQueriesOptions } from './slow-queries.js'
import { TypeCounters } from './type-counters.js'

export interface WorkloadStatsOptions extends SlowQueriesOptions {
  readonly maxStatements: number
}

const forgotten: Statement = {
  fingerprint: 'other',
  sql: '(statements that no longer have a row of their own)',
  type: 'other',
  tables: [],
  shape: { list: undefined, valuesRows: 1, isHousekeeping: true },
}

/** Counts queries by statement and by type as they end, and finds the slow ones. */
export class WorkloadStats {
  readonly #options: WorkloadStatsOptions
  readonly #rows = new Map<Statement, QueryStats>()
  readonly #forgotten = new QueryStats(forgotten)
  readonly #types = new TypeCounters()
  readonly #slow: SlowQueries
  readonly #times = { waitMs: 0, serverMs: 0, decodeMs: 0 }
  #forgottenStatements = 0

  constructor(options: WorkloadStatsOptions) {
    this.#options = options
    this.#slow = new SlowQueries(options)
  }

  /** What took less is not slow, whatever its statement's past. */
  get leastSlowMs(): number {
    return this.#slow.leastLimitMs
  }

  /** Allocates nothing for a statement seen before. Returns a report if the query was slow. */
  observe(record: QueryRecord): SlowQueryReport | undefined {
    const { statement } = record
    const times = this.#times
    readTimes(record, times)
    let stats = this.#rows.get(statement)
    if (stats === undefined) stats = this.#addRow(statement)
    const limitMs = this.#slow.limitMs(stats.usual.p95Ms)
    stats.add(record, times)
    const durationMs = times.serverMs + times.decodeMs
    this.#types.add(statement.type, durationMs, times.waitMs, record.rows, record.sqlState !== undefined)
    if (record.stack !== undefined && stats.callSite === null)
      stats.callSite = this.#options.callSiteOf(record.stack)
    if (durationMs < limitMs) return undefined
    stats.slow++
    this.#types.addSlow(statement.type)
    const report = this.#slow.add(record, times, stats, limitMs)
    if (report.callSite) stats.callSite = report.callSite
    return report
  }

  /** Most time first; the last row may be that of the statements that were forgotten. */
  queryReports(): readonly QueryReport[] {
    const reports = [...this.#rows.values()].map(stats => stats.report())
    reports.sort((a, b) => b.serverMs + b.decodeMs - a.serverMs - a.decodeMs)
    if (this.#forgotten.calls > 0) reports.push(this.#forgotten.report())
    return reports
  }

  /** Newest first, at most 200. */
  slowReports(): readonly SlowQueryReport[] {
    return this.#slow.reports()
  }

  /** Live counts. */
  get byType(): Readonly<Record<QueryType, QueryTypeStats>> {
    return this.#types.byType
  }

  /** Of a statement; undefined: it has no row. */
  statsOf(statement: Statement): QueryStats | undefined {
    return this.#rows.get(statement)
  }

  get forgottenStatements(): number {
    return this.#forgottenStatements
  }

  /** Makes room by CLOCK, as the catalog does. */
  #addRow(statement: Statement): QueryStats {
    while (this.#rows.size >= this.#options.maxStatements) {
      const stats = this.#rows.values().next().value as QueryStats
      this.#rows.delete(stats.statement)
      if (stats.isUsed) {
        stats.isUsed = false
        this.#rows.set(stats.statement, stats)
      } else {
        this.#forgotten.merge(stats)
        this.#forgottenStatements++
      }
    }
    const stats = new QueryStats(statement)
    this.#rows.set(statement, stats)
    return stats
  }
}
