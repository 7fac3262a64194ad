import type { QueryRecord } from '../capture/query-record.js'
import type { RequestScope } from '../capture/request-scope.js'
import type { Statement } from '../fingerprint/statement.js'
import { ShapeCalls } from './shape-calls.js'
import type { EarlierQuery, SiteCalls } from './site-calls.js'
import { isBatch, traitsOf } from './statement-traits.js'
import { type CaptureBudget, TrackedCall } from './tracked-call.js'

const maxShapes = 256
/** Shapes that are found faster one by one than by an index. */
const maxScanned = 8
const maxEarlier = 16
const maxUndone = 1000
/** Of arrays that are empty still; made when they get their first. */
const none: never[] = []

/** Common to all requests. */
export interface Watch {
  readonly threshold: number
  readonly budget: CaptureBudget
  readonly reached: (request: RequestScope, site: SiteCalls, statement: Statement) => void
  readonly overflowed: () => void
}

/** The queries of one request. What most requests never need is made when it is needed. */
export class RequestCalls {
  /** Sites that reached the threshold. */
  private reported: SiteCalls[] | undefined = undefined
  /** All, until there are more than a few; then the index has them too. */
  private shapes: ShapeCalls[] = none
  private shapeOfStatement: Map<Statement, ShapeCalls> | undefined = undefined
  private order = 0
  /** The last that returned enough rows to be the reason for an N+1, and when they had. */
  private earlier: (EarlierQuery & { readonly endedAtMs: number })[] | undefined = undefined
  private openTransactions = 0
  /** By what their transactions did so far, and of those that were rolled back or failed: to come again. */
  private inTransaction: Attempt[] | undefined = undefined
  private undone: Map<ShapeCalls, number[]> | undefined = undefined
  private undoneCount = 0

  constructor(
    private readonly request: RequestScope,
    private readonly watch: Watch,
  ) {}

  /** Empties it too. */
  takeReported(): readonly SiteCalls[] {
    const { reported } = this
    this.reported = undefined
    return reported ?? []
  }

  called(
    statement: Statement,
    text: string,
    values: readonly unknown[] | undefined,
    calledAtMs: number,
  ): TrackedCall | undefined {
    const order = ++this.order
    const shape = this.known(statement) ?? this.newShape(statement)
    if (!shape) return undefined
    const { traits } = shape
    const hash = shape.hashOf(text, values)
    const call = new TrackedCall(hash, calledAtMs)
    if (isBatch(traits, values) || this.isAnotherAttempt(shape, hash)) {
      shape.passed(order)
      return call
    }
    if (this.openTransactions > 0) this.attempted(shape, hash)
    shape.called(call, text, values, order, this.watch.budget)
    if (shape.mayHaveReached) this.report(shape, text)
    return call
  }

  ended(record: QueryRecord): void {
    const { statement, rows, endedAtMs } = record
    const shape = this.known(statement)
    if (!shape) return
    const call = record.call as TrackedCall | undefined
    shape.ended(record, call)
    if (record.sqlState !== undefined) {
      if (call) this.willComeAgain(shape, call.hash)
    } else if (rows >= this.watch.threshold - 1) {
      this.earlier ??= []
      this.earlier.push({ statement, rows, endedAtMs })
      if (this.earlier.length > maxEarlier) this.earlier.shift()
    }
  }

  private known(statement: Statement): ShapeCalls | undefined {
    if (this.shapeOfStatement) return this.shapeOfStatement.get(statement)
    for (const shape of this.shapes) if (shape.statement === statement) return shape
    return undefined
  }

  /** Undefined of what does not count: what only controls transactions, say. */
  private newShape(statement: Statement): ShapeCalls | undefined {
    const traits = traitsOf(statement)
    if (traits.control) this.control(traits.control)
    if (statement.shape.isHousekeeping) return undefined
    if (this.shapes.length === maxShapes) {
      this.watch.overflowed()
      return undefined
    }
    const shape = new ShapeCalls(statement, traits, this.request.id, this.watch.threshold)
    // An array that is made with its first has room for that alone: most requests ask little.
    if (this.shapes === none) this.shapes = [shape]
    else this.shapes.push(shape)
    if (this.shapeOfStatement) this.shapeOfStatement.set(statement, shape)
    else if (this.shapes.length > maxScanned)
      this.shapeOfStatement = new Map(this.shapes.map(one => [one.statement, one]))
    return shape
  }

  private report(shape: ShapeCalls, text: string): void {
    const { statement } = shape
    for (const site of shape.newlyReached(text)) {
      site.isReported = true
      const before = this.earlier ?? []
      site.earlier = before.filter(
        query => query.endedAtMs <= site.firstCalledAtMs && query.statement !== statement,
      )
      this.reported ??= []
      this.reported.push(site)
      this.watch.reached(this.request, site, statement)
    }
  }

  private attempted(shape: ShapeCalls, hash: number): void {
    this.inTransaction ??= []
    if (this.inTransaction.length < maxUndone) this.inTransaction.push({ shape, hash })
  }

  /** What was rolled back is done once more when the transaction is tried again; that makes no N+1. */
  private control(control: 'begin' | 'commit' | 'rollback'): void {
    if (control === 'begin') {
      this.openTransactions++
      return
    }
    if (control === 'rollback') {
      for (const { shape, hash } of this.inTransaction ?? []) this.willComeAgain(shape, hash)
    }
    this.inTransaction = undefined
    this.openTransactions = Math.max(0, this.openTransactions - 1)
  }

  private willComeAgain(shape: ShapeCalls, hash: number): void {
    if (this.undoneCount === maxUndone) return
    this.undoneCount++
    this.undone ??= new Map()
    const hashes = this.undone.get(shape)
    if (hashes) hashes.push(hash)
    else this.undone.set(shape, [hash])
  }

  private isAnotherAttempt(shape: ShapeCalls, hash: number): boolean {
    const hashes = this.undone?.get(shape)
    const at = hashes ? hashes.indexOf(hash) : -1
    if (at < 0) return false
    hashes!.splice(at, 1)
    this.undoneCount--
    if (this.openTransactions > 0) this.attempted(shape, hash)
    return true
  }
}

interface Attempt {
  readonly shape: ShapeCalls
  readonly hash: number
}
