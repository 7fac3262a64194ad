import type { QueryObserver, QueryRecord } from './query-record.js'
import { WarnOnce } from './warn-once.js'

/** Stands between the application's calls and the observer: whatever the observer throws, the application's query goes on. */
export class CallLog {
  readonly #observer: QueryObserver
  readonly #warning = new WarnOnce()

  constructor(observer: QueryObserver) {
    this.#observer = observer
  }

  /** @param query text, configuration or submittable; absent when it is none, or the observer failed. */
  called(query: unknown, values: unknown, calledAtMs: number): QueryRecord | undefined {
    if (typeof query === 'string') return this.#called(query, arrayOf(values), calledAtMs)
    const config = configOf(query)
    if (!config) return undefined
    const text = typeof config.text === 'string' ? config.text : ''
    return this.#called(text, arrayOf(values) ?? arrayOf(config.values), calledAtMs)
  }

  ended(record: QueryRecord): void {
    try {
      this.#observer.ended(record)
    } catch (error) {
      this.#warning.warn(error)
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

  #called(text: string, values: readonly unknown[] | undefined, calledAtMs: number): QueryRecord | undefined {
    try {
      return this.#observer.called(text, values, calledAtMs)
    } catch (error) {
      this.#warning.warn(error)
      return undefined
    }
  }
}

interface Config {
  readonly text?: unknown
  readonly values?: unknown
  readonly cursor?: unknown
}

function arrayOf(values: unknown): readonly unknown[] | undefined {
  return Array.isArray(values) ? values : undefined
}

/** A stream of pg-query-stream keeps both in its cursor. */
function configOf(query: unknown): Config | undefined {
  if (typeof query !== 'object' || query === null) return undefined
  const { cursor } = query as Config
  return typeof cursor === 'object' && cursor !== null ? cursor : query
}
