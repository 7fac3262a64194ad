import type { SiteCalls } from './site-calls.js'

/** Deep enough for the frames of a query builder below those of the application. */
const stackLimit = 40

/** A call whose place is known as a stack that nobody has formatted yet: that costs three times the capture. */
export class CapturedCall implements Error {
  readonly name = 'Query'
  readonly message = ''
  declare readonly stack?: string
  /** Set once its stack has been read. */
  site: SiteCalls | undefined
  timeMs = 0

  constructor(
    readonly hash: number,
    readonly calledAtMs: number,
  ) {}

  capture(): this {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = stackLimit
    Error.captureStackTrace(this)
    Error.stackTraceLimit = limit
    return this
  }
}

/** How many first queries of a shape have their stacks captured: all at low rates, some at high ones. */
export class CaptureBudget {
  private left = 1000
  private filledAtMs = 0

  take(nowMs: number): boolean {
    // A token a millisecond, a thousand at most.
    this.left = Math.min(1000, this.left + Math.max(0, nowMs - this.filledAtMs))
    this.filledAtMs = nowMs
    if (this.left < 1) return false
    this.left--
    return true
  }
}
