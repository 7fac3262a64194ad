import type { QueryRecord } from '../capture/query-record.js'
import type { Statement } from '../fingerprint/statement.js'
import type { CaptureBudget, CapturedCall } from './captured-call.js'
import { ShapeCalls } from './shape-calls.js'
import type { EarlierQuery, SiteCalls } from './site-calls.js'
import { isBatch, traitsOf } from './statement-traits.js'

const maxShapes = 256
const maxEarlier = 16
const maxUndone = 1000

/** The queries of one request. */
export class RequestCalls {
  /** Sites that reached the threshold. */
  readonly reported: SiteCalls[] = []
  private readonly shapes = new Map<Statement, ShapeCalls>()
  private order = 0
  /** The last that returned enough rows to be the reason for an N+1, and when they had. */
  private readonly earlier: (EarlierQuery & { readonly endedAtMs: number })[] = []
  private openTransactions = 0
  /** By what their transactions did so far, and of those that were rolled back or failed: to come again. */
  private readonly inTransaction: Attempt[] = []
  private readonly undone = new Map<ShapeCalls, number[]>()
  private undoneCount = 0

  constructor(
    private readonly requestId: string,
    private readonly threshold: number,
    private readonly budget: CaptureBudget,
    private readonly reached: (site: SiteCalls, statement: Statement) => void,
    private readonly overflowed: () => void,
  ) {}

  called(
    statement: Statement,
    text: string,
    values: readonly unknown[] | undefined,
    calledAtMs: number,
  ): CapturedCall | undefined {
    const order = ++this.order
    const traits = traitsOf(statement)
    if (traits.control) this.control(traits.control)
    if (statement.shape.isHousekeeping) return undefined
    const shape = this.shapeOf(statement)
    if (!shape) return undefined
    const hash = shape.hashOf(text, values)
    if (isBatch(traits, values) || this.isAnotherAttempt(shape, hash)) {
      shape.passed(order)
      return undefined
    }
    if (this.openTransactions > 0 && this.inTransaction.length < maxUndone) {
      this.inTransaction.push({ shape, hash })
    }
    const call = shape.called(hash, text, values, calledAtMs, order, this.budget)
    for (const site of shape.newlyReached(text)) {
      site.isReported = true
      site.earlier = this.earlier.filter(
        query => query.endedAtMs <= site.firstCalledAtMs && query.statement !== statement,
      )
      this.reported.push(site)
      this.reached(site, statement)
    }
    return call
  }

  ended(record: QueryRecord): void {
    const shape = this.shapes.get(record.statement)
    if (!shape) return
    shape.ended(record, record.endedAtMs - record.sentAtMs)
    if (record.sqlState !== undefined) {
      if (record.stack && 'hash' in record.stack) this.willComeAgain(shape, record.stack.hash as number)
    } else if (record.rows >= this.threshold - 1) {
      this.earlier.push({ statement: record.statement, rows: record.rows, endedAtMs: record.endedAtMs })
      if (this.earlier.length > maxEarlier) this.earlier.shift()
    }
  }

  private shapeOf(statement: Statement): ShapeCalls | undefined {
    let shape = this.shapes.get(statement)
    if (!shape) {
      if (this.shapes.size === maxShapes) {
        this.overflowed()
        return undefined
      }
      shape = new ShapeCalls(statement, this.requestId, this.threshold)
      this.shapes.set(statement, shape)
    }
    return shape
  }

  /** What was rolled back is done once more when the transaction is tried again; that makes no N+1. */
  private control(control: 'begin' | 'commit' | 'rollback'): void {
    if (control === 'begin') {
      this.openTransactions++
      return
    }
    if (control === 'rollback') {
      for (const { shape, hash } of this.inTransaction) this.willComeAgain(shape, hash)
    }
    this.inTransaction.length = 0
    this.openTransactions = Math.max(0, this.openTransactions - 1)
  }

  private willComeAgain(shape: ShapeCalls, hash: number): void {
    if (this.undoneCount === maxUndone) return
    this.undoneCount++
    const hashes = this.undone.get(shape)
    if (hashes) hashes.push(hash)
    else this.undone.set(shape, [hash])
  }

  private isAnotherAttempt(shape: ShapeCalls, hash: number): boolean {
    const hashes = this.undone.get(shape)
    const at = hashes ? hashes.indexOf(hash) : -1
    if (at < 0) return false
    hashes!.splice(at, 1)
    this.undoneCount--
    if (this.openTransactions > 0 && this.inTransaction.length < maxUndone)
      this.inTransaction.push({ shape, hash })
    return true
  }
}

interface Attempt {
  readonly shape: ShapeCalls
  readonly hash: number
}
