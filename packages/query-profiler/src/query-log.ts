import type { Clock } from '@voiceassist/kernel'
import type { QueryObserver, QueryRecord } from './capture/query-record.js'
import { readCallSite } from './capture/read-call-site.js'
import type { RequestContext } from './capture/request-context.js'
import type { RequestScope } from './capture/request-scope.js'
import type { ProfilerSettings } from './check-profiler-options.js'
import type { Statement } from './fingerprint/statement.js'
import { createStatementCatalog } from './fingerprint/statement-catalog.js'
import { detectNPlusOne } from './n-plus-one/detect-n-plus-one.js'
import type { NPlusOneDetector } from './n-plus-one/n-plus-one-detector.js'
import { PlanHistory } from './plan/plan-history.js'
import type { Prediction } from './predict/prediction.js'
import { queryChannel } from './profiler-events.js'
import type { ProfilerStats } from './stats/profiler-stats.js'
import { WorkloadStats } from './stats/workload-stats.js'

/** Why the plan of an execution is worth knowing. */
export type ExplainOfferer = (
  statement: Statement,
  text: string,
  values: readonly unknown[] | undefined,
  why: 'slow' | 'changed',
) => void

export interface QueryLogOptions {
  readonly settings: ProfilerSettings
  readonly requests: RequestContext
  readonly clock: Clock
  readonly worthExplaining: ExplainOfferer
}

class LoggedQuery implements QueryRecord {
  sentAtMs = 0
  answeredAtMs = 0
  endedAtMs = 0
  rows = 0
  bytes = 0
  sqlState: string | undefined = undefined
  constructor(
    readonly statement: Statement,
    readonly request: RequestScope | undefined,
    readonly calledAtMs: number,
    readonly stack: Error | undefined,
    readonly text: string,
    public values: readonly unknown[] | undefined,
  ) {}
}

/** What capture tells, handed to all that counts. The way of every query: nothing here waits or parses a known text. */
export class QueryLog implements QueryObserver {
  readonly stats: WorkloadStats
  readonly detector: NPlusOneDetector
  readonly history: PlanHistory
  readonly #catalog
  readonly #requests: RequestContext
  readonly #worthExplaining: ExplainOfferer
  readonly #keepsValues: boolean
  #active = 0

  constructor({ settings, requests, clock, worthExplaining }: QueryLogOptions) {
    const { maxStatements, slowQueryThresholdMs: thresholdMs, nPlusOneThreshold: threshold, logger } = settings
    this.#catalog = createStatementCatalog({ maxStatements })
    this.stats = new WorkloadStats({ maxStatements, thresholdMs, clock, logger, callSiteOf: readCallSite })
    this.detector = detectNPlusOne({ threshold, logger })
    this.history = new PlanHistory(clock, { statements: maxStatements })
    this.#requests = requests
    this.#worthExplaining = worthExplaining
    this.#keepsValues = settings.explainWithParameters && settings.explain !== 'off'
  }

  called(text: string, values: readonly unknown[] | undefined, calledAtMs: number): QueryRecord {
    const statement = this.#catalog.statementOf(text)
    const request = this.#requests.current()
    const stack = request && this.detector.called(request, statement, text, values, calledAtMs)
    if (request) request.queries++
    this.#active++
    return new LoggedQuery(statement, request, calledAtMs, stack, text, this.#keepsValues ? values : undefined)
  }

  ended(record: QueryRecord): void {
    const { statement, request } = record
    this.#active--
    const slow = this.stats.observe(record)
    if (request) {
      request.databaseTimeMs += record.endedAtMs - record.calledAtMs
      this.detector.ended(record)
    }
    if (record.sqlState === undefined) {
      const isDue = this.history.executed(statement, record.endedAtMs - record.sentAtMs)
      if (slow || isDue)
        this.#worthExplaining(statement, (record as LoggedQuery).text, record.values, slow ? 'slow' : 'changed')
    }
    record.values = undefined
    if (queryChannel.hasSubscribers) queryChannel.publish(record)
  }

  requestEnded(request: RequestScope): void {
    this.detector.requestEnded(request)
  }

  counts(): ProfilerStats {
    const { byType, forgottenStatements } = this.stats
    return { active: this.#active, byType, nPlusOne: this.detector.counts, forgottenStatements }
  }

  statementOf(sql: string): Statement {
    return this.#catalog.statementOf(sql)
  }

  /** From the statement's own past; undefined: it has run too seldom. */
  predict(sql: string): Prediction | undefined {
    return this.stats.statsOf(this.statementOf(sql))?.predict()
  }
}
