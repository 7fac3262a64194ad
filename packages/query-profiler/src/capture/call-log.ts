import type { QueryObserver, QueryRecord } from './query-record.js'

/**
 * Stands between the application's calls and the observer: whatever the observer throws, the application's query goes
 * on. The first error is told as a warning of the process, by its name alone, since its text may hold a value.
 */
export class CallLog {
  readonly #observer: QueryObserver
  #hasWarned = false

  constructor(observer: QueryObserver) {
    this.#observer = observer
  }

  /** @param query text, configuration or submittable; absent when it is none, or the observer failed. */
  called(query: unknown, values: unknown, calledAtMs: number): QueryRecord | undefined {
    let text = ''
    let given = Array.isArray(values) ? values : undefined
    if (typeof query === 'string') text = query
    else if (typeof query !== 'object' || query === null) return undefined
    else {
      const config = query as { text?: unknown; values?: unknown }
      if (typeof config.text === 'string') text = config.text
      if (!given && Array.isArray(config.values)) given = config.values
    }
    try {
      return this.#observer.called(text, given, calledAtMs)
    } catch (error) {
      this.#warn(error)
      return undefined
    }
  }

  ended(record: QueryRecord): void {
    try {
      this.#observer.ended(record)
    } catch (error) {
      this.#warn(error)
    }
  }

  /** Of a query that never got a connection, or of whose way nothing is known. */
  endedUnsent(record: QueryRecord, sqlState: string | undefined): void {
    const nowMs = performance.now()
    record.sentAtMs = nowMs
    record.answeredAtMs = nowMs
    record.endedAtMs = nowMs
    record.rows = 0
    record.bytes = 0
    record.sqlState = sqlState
    this.ended(record)
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    const name = error instanceof Error ? error.name : typeof error
    process.emitWarning(`The query profiler failed (${name}); queries go on without it`, {
      type: 'QueryProfilerWarning',
    })
  }
}
