/** Deep enough for the frames of a query builder below those of the application. */
const stackLimit = 40

/** A stack that nobody has formatted yet: that costs three times the capture. */
class CallPlace implements Error {
  readonly name = 'Query'
  readonly message = ''
  declare readonly stack?: string
}

/** A call as the detector remembers it until the call's place is known, and until it has ended. */
export class TrackedCall {
  /** Absent where the budget is spent, or the place matters no more. */
  place: CallPlace | undefined = undefined
  /** Set once its place has been read, or was taken for that of others. */
  site: { timeMs: number } | undefined = undefined
  timeMs = 0

  constructor(
    readonly hash: number,
    readonly calledAtMs: number,
  ) {}

  capture(): void {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = stackLimit
    this.place = new CallPlace()
    Error.captureStackTrace(this.place)
    Error.stackTraceLimit = limit
  }
}

const most = 2000
const kept = 200
/** A millisecond. */
const refill = 0.1

/**
 * How many calls have their stacks captured: all at low rates, 100 a second at high ones. Between other work one takes 20
 * to 60 µs (in a loop of its own 4), so this is at most 0.6 % of a processor. The last 200 in hand are kept for calls by which a threshold is about to be reached.
 */
export class CaptureBudget {
  private left = most
  private filledAtMs = 0

  take(nowMs: number, isUrgent: boolean): boolean {
    if (nowMs > this.filledAtMs) {
      this.left = Math.min(most, this.left + (nowMs - this.filledAtMs) * refill)
      this.filledAtMs = nowMs
    }
    if (this.left < (isUrgent ? 1 : kept + 1)) return false
    this.left--
    return true
  }
}
