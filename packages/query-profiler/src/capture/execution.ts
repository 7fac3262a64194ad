import type { CallLog } from './call-log.js'
import { rowsOfTag } from './command-tag.js'
import type { PgConnection } from './pg-shapes.js'
import type { QueryRecord } from './query-record.js'
import { sqlStateOf } from './sql-state.js'

/** What the executions on one connection have in common. */
export interface Line {
  readonly connection: PgConnection | undefined
  /** When the last one ended: a pipelined query was sent before, but only from then on the server works for it. */
  freeAtMs: number
  /** Bytes that had come in by then. */
  bytesRead: number
  /** What the application has waited for this connection; the first query on it takes it over. */
  checkoutWaitMs: number
}

/** Notes the moments of one query on its way, in this order: sent, answered, ended. */
export class Execution {
  private isOver = false
  protected sentAtMs = 0
  protected answeredAtMs = 0
  protected rows = 0

  constructor(
    private readonly log: CallLog,
    private readonly record: QueryRecord,
    private readonly line: Line,
  ) {}

  sent(): void {
    this.sentAtMs = performance.now()
  }

  answered(): void {
    if (this.answeredAtMs === 0) this.answeredAtMs = performance.now()
  }

  row(): void {}

  /** @param pageRows rows a page, where pg itself reads page by page; the command tag then counts the last one only. */
  pageEnded(pageRows: number | undefined): void {
    this.answered()
    this.rows += pageRows ?? 0
  }

  pageAsked(): void {}

  completed(commandTag: string | undefined): void {
    this.answered()
    this.rows += rowsOfTag(commandTag)
  }

  /** A result of pg, or one for each of several statements: of a client whose queries cannot be watched. */
  returned(result: unknown): void {
    for (const part of Array.isArray(result) ? result : [result]) this.rows += part?.rowCount ?? 0
    this.ended(undefined)
  }

  failed(error: unknown): void {
    this.ended(sqlStateOf(error))
  }

  /** Once; whatever comes after is no part of it. */
  ended(sqlState: string | undefined): void {
    if (this.isOver) return
    this.isOver = true
    const { record, line } = this
    const nowMs = performance.now()
    this.settle(record, nowMs)
    record.rows = this.rows
    record.bytes = bytesSinceLast(line)
    record.sqlState = sqlState
    line.freeAtMs = nowMs
    this.log.ended(record)
  }

  /** Every moment gets its time: one that did not come about is the end. */
  protected settle(record: QueryRecord, nowMs: number): void {
    const sentAtMs = this.sentAtMs === 0 ? nowMs : this.sentAtMs
    record.sentAtMs = Math.max(sentAtMs, this.line.freeAtMs)
    record.answeredAtMs = this.answeredAtMs === 0 ? nowMs : this.answeredAtMs
    record.endedAtMs = nowMs
  }
}

function bytesSinceLast(line: Line): number {
  const read = line.connection?.stream?.bytesRead
  if (read === undefined) return 0
  const bytes = read - line.bytesRead
  line.bytesRead = read
  return Math.max(bytes, 0) // a connection that was encrypted since counts anew
}
