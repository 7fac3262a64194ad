import type { QueryObserver, QueryRecord } from '#src/capture/query-record'
import { RequestContext } from '#src/capture/request-context'

export interface Recorded extends QueryRecord {
  readonly text: string
  readonly given: readonly unknown[] | undefined
  /** Times that it was told to have ended. */
  ends: number
}

/** Remembers every query with its values, in the order of the calls, and looks up the request as the profiler does. */
export class RecordingObserver implements QueryObserver {
  readonly records: Recorded[] = []
  readonly requests = new RequestContext(() => {})

  called(text: string, values: readonly unknown[] | undefined, calledAtMs: number): QueryRecord {
    const record: Recorded = {
      text,
      given: values,
      ends: 0,
      statement: undefined as never,
      request: this.requests.current(),
      calledAtMs,
      sentAtMs: Number.NaN,
      answeredAtMs: Number.NaN,
      endedAtMs: Number.NaN,
      rows: Number.NaN,
      bytes: Number.NaN,
      sqlState: undefined,
      stack: undefined,
      values: undefined,
    }
    this.records.push(record)
    return record
  }

  ended(record: QueryRecord): void {
    ;(record as Recorded).ends++
  }

  get texts(): string[] {
    return this.records.map(record => record.text)
  }

  /** What everybody may rely on, of each query that was called. */
  get flaws(): string[] {
    return this.records.flatMap(record => {
      const { text, ends, calledAtMs, sentAtMs, answeredAtMs, endedAtMs, rows, bytes } = record
      if (ends !== 1) return [`${text}: ended ${ends} times`]
      const isOrdered = calledAtMs <= sentAtMs && sentAtMs <= answeredAtMs && answeredAtMs <= endedAtMs
      if (!isOrdered) return [`${text}: ${[calledAtMs, sentAtMs, answeredAtMs, endedAtMs].join(' ')}`]
      return rows >= 0 && bytes >= 0 ? [] : [`${text}: ${rows} rows, ${bytes} bytes`]
    })
  }
}
