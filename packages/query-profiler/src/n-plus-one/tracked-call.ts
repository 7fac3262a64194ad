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

/** Stacks in hand at first, and at most; and how many come in a millisecond. */
const ordinary = { most: 1800, perMs: 0.02 }
const urgent = { most: 200, perMs: 0.1 }

/**
 * How many calls have their stacks captured: all at low rates, 20 a second at high ones, and 100 more of those by which a
 * threshold is about to be reached. Between other work one takes 20 to 100 µs (in a loop of its own 4), so this is at most
 * 0.2 % of a processor where nothing is reached.
 */
export class CaptureBudget {
  private ordinaryLeft = ordinary.most
  private urgentLeft = urgent.most
  private filledAtMs = 0

  take(nowMs: number, isUrgent: boolean): boolean {
    if (nowMs > this.filledAtMs) {
      const elapsedMs = nowMs - this.filledAtMs
      this.ordinaryLeft = Math.min(ordinary.most, this.ordinaryLeft + elapsedMs * ordinary.perMs)
      this.urgentLeft = Math.min(urgent.most, this.urgentLeft + elapsedMs * urgent.perMs)
      this.filledAtMs = nowMs
    }
    if (this.ordinaryLeft >= 1) {
      this.ordinaryLeft--
      return true
    }
    if (!isUrgent || this.urgentLeft < 1) return false
    this.urgentLeft--
    return true
  }
}
