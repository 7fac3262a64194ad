import type { Clock } from '@voiceassist/kernel'
import type { QueryObserver, QueryRecord } from './capture/query-record.js'
import { readCallSite } from './capture/read-stack.js'
import type { RequestContext } from './capture/request-context.js'
import type { RequestScope } from './capture/request-scope.js'
import { WarnOnce } from './capture/warn-once.js'
import type { ProfilerSettings } from './check-profiler-options.js'
import type { Statement } from './fingerprint/statement.js'
import { createStatementCatalog } from './fingerprint/statement-catalog.js'
import { detectNPlusOne } from './n-plus-one/detect-n-plus-one.js'
import type { NPlusOneDetector } from './n-plus-one/n-plus-one-detector.js'
import type { TrackedCall } from './n-plus-one/tracked-call.js'
import type { ExplainOffer, ExplainReason } from './plan/auto-explain.js'
import { PlanHistory } from './plan/plan-history.js'
import type { Prediction } from './predict/prediction.js'
import { type QueryEvent, queryChannel } from './profiler-events.js'
import type { ProfilerStats } from './stats/profiler-stats.js'
import { WorkloadStats } from './stats/workload-stats.js'

export interface QueryLogOptions {
  readonly settings: ProfilerSettings
  readonly requests: RequestContext
  readonly clock: Clock
  /** The plan of an execution is worth knowing. */
  readonly worthExplaining: (offer: ExplainOffer, why: ExplainReason) => void
}

const callsThatTell = 20
/** Ended queries that are counted together, and how long one waits for others. */
const maxUncounted = 128
const maxUncountedMs = 100

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
    readonly call: TrackedCall | undefined,
    readonly text: string,
    public values: readonly unknown[] | undefined,
  ) {}

  get stack(): Error | undefined {
    return this.call?.place
  }
}

/**
 * What capture tells, handed to all that counts. The way of every query: nothing here waits or parses a known text. Queries
 * that are not slow are counted several at a time: between two queries the processor does other work, and code and counts
 * that it has not lately used cost it more than what is done there.
 */
export class QueryLog implements QueryObserver {
  readonly detector: NPlusOneDetector
  readonly #stats: WorkloadStats
  readonly #history: PlanHistory
  readonly #catalog
  readonly #requests: RequestContext
  readonly #worthExplaining: QueryLogOptions['worthExplaining']
  readonly #keepsValues: boolean
  #uncounted: LoggedQuery[] = []
  readonly #warning = new WarnOnce()
  #timer: NodeJS.Timeout | undefined
  #active = 0

  constructor({ settings, requests, clock, worthExplaining }: QueryLogOptions) {
    const {
      maxStatements,
      slowQueryThresholdMs: thresholdMs,
      nPlusOneThreshold: threshold,
      logger,
    } = settings
    this.#catalog = createStatementCatalog({ maxStatements })
    this.#stats = new WorkloadStats({ maxStatements, thresholdMs, clock, logger, callSiteOf: readCallSite })
    this.detector = detectNPlusOne({ threshold, logger })
    this.#history = new PlanHistory(clock, { statements: maxStatements })
    this.#requests = requests
    this.#worthExplaining = worthExplaining
    this.#keepsValues = settings.explainWithParameters && settings.explain !== 'off'
  }

  called(text: string, values: readonly unknown[] | undefined, calledAtMs: number): QueryRecord {
    const statement = this.#catalog.statementOf(text)
    const request = this.#requests.current()
    const call = request && this.detector.called(request, statement, text, values, calledAtMs)
    if (request) request.queries++
    this.#active++
    return new LoggedQuery(statement, request, calledAtMs, call, text, this.#keepsValues ? values : undefined)
  }

  ended(record: QueryRecord): void {
    const { request } = record
    this.#active--
    if (request) {
      request.databaseTimeMs += record.endedAtMs - record.calledAtMs
      this.detector.ended(record)
    }
    const waiting = this.#uncounted.push(record as LoggedQuery)
    const mayBeSlow = record.endedAtMs - record.sentAtMs >= this.#stats.leastSlowMs
    if (waiting === maxUncounted || mayBeSlow || record.values) this.#count()
    else this.#timer ??= setTimeout(this.#countLate, maxUncountedMs).unref()
    if (queryChannel.hasSubscribers) queryChannel.publish(queryEventOf(record))
  }

  /** Of all queries that have ended. */
  get stats(): WorkloadStats {
    this.#count()
    return this.#stats
  }

  get history(): PlanHistory {
    this.#count()
    return this.#history
  }

  requestEnded(request: RequestScope): void {
    this.detector.requestEnded(request)
  }

  counts(): ProfilerStats {
    const { byType, forgottenStatements } = this.stats
    return { active: this.#active, byType, nPlusOne: this.detector.counts, forgottenStatements }
  }

  /** Counts what has ended, and no more on a timer of its own. */
  close(): void {
    clearTimeout(this.#timer)
    this.#count()
  }

  /** From the statement's own past; undefined: it has run too seldom. */
  predict(sql: string, slowMs: number): Prediction | undefined {
    const durations = this.stats.statsOf(this.#catalog.statementOf(sql))?.durations
    if (!durations || durations.count < callsThatTell) return undefined
    return {
      from: 'its own past',
      medianMs: durations.quantile(0.5),
      lowMs: durations.quantile(0.05),
      highMs: durations.quantile(0.95),
      slowProbability: (durations.countFrom(slowMs) + 0.5) / (durations.count + 1),
    }
  }

  readonly #countLate = (): void => {
    this.#timer = undefined
    this.#count()
  }

  /** Who listens to what is found may ask for a report meanwhile; and one that fails takes no other with it. */
  #count(): void {
    if (this.#uncounted.length === 0) return
    const records = this.#uncounted
    this.#uncounted = []
    for (const record of records)
      try {
        this.#countOne(record)
      } catch (error) {
        this.#warning.warn(error)
      }
  }

  #countOne(record: LoggedQuery): void {
    const { statement, text, values } = record
    const slow = this.#stats.observe(record)
    if (record.sqlState === undefined) {
      const isDue = this.#history.executed(statement, record.endedAtMs - record.sentAtMs)
      if (slow || isDue)
        this.#worthExplaining({ statement, text, ...(values && { values }) }, isDue ? 'changed' : 'slow')
    }
    record.values = undefined
  }
}

/** An object of its own: the record has the text of the call, and the scope of a request counts on. */
function queryEventOf(record: QueryRecord): QueryEvent {
  const { statement, request, calledAtMs, sentAtMs, answeredAtMs, endedAtMs, rows, bytes, sqlState } = record
  return {
    statement,
    request: request?.info,
    calledAtMs,
    sentAtMs,
    answeredAtMs,
    endedAtMs,
    rows,
    bytes,
    sqlState,
  }
}
