import type { QueryRecord } from '../capture/query-record.js'

/** Where the time of a query went; milliseconds, none negative. */
export interface QueryTimes {
  waitMs: number
  serverMs: number
  decodeMs: number
}

/** Splits a query's time, into `times` so that it costs no allocation. What it never came to counts as the wait before. */
export function readTimes(record: QueryRecord, times: QueryTimes): void {
  const { calledAtMs, sentAtMs, answeredAtMs, endedAtMs } = record
  const sent = sentAtMs > 0 ? sentAtMs : endedAtMs
  const answered = answeredAtMs > 0 ? answeredAtMs : endedAtMs
  times.waitMs = notNegative(sent - calledAtMs)
  times.serverMs = notNegative(answered - sent)
  times.decodeMs = notNegative(endedAtMs - answered)
}

function notNegative(ms: number): number {
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}
