import type { CallSite } from '../capture/call-site.js'
import type { StackReading } from '../capture/read-stack.js'
import type { Statement } from '../fingerprint/statement.js'
import type { NPlusOneKind } from './n-plus-one-report.js'
import type { TrackedCall } from './tracked-call.js'

/** An earlier query of the request, and how many rows it returned. */
export interface EarlierQuery {
  readonly statement: Statement
  readonly rows: number
}

/** More different parameters than this are many, whatever the threshold. */
const maxDistinct = 1000

/** The queries of one shape from one place of the code in one request. */
export class SiteCalls {
  frames: readonly CallSite[]
  count = 0
  /** Those of them whose stacks have been read. */
  placed = 0
  timeMs = 0
  lastCalledAtMs = 0
  /** Queries that ended before the first of these; set when it is reported. */
  earlier: readonly EarlierQuery[] = []
  isReported = false
  /** So far: the first call of a recursion is none yet. */
  isRecursive: boolean
  readonly packages: ReadonlySet<string>
  private readonly hashes = new Set<number>()

  constructor(
    reading: StackReading,
    readonly requestId: string,
    readonly firstCalledAtMs: number,
    private readonly isWrite: boolean,
    private readonly threshold: number,
  ) {
    this.frames = reading.frames
    this.isRecursive = reading.isRecursive
    this.packages = reading.packages
  }

  take(call: TrackedCall): void {
    call.site = this
    this.count++
    this.timeMs += call.timeMs
    this.lastCalledAtMs = Math.max(this.lastCalledAtMs, call.calledAtMs)
    if (this.hashes.size < Math.min(this.threshold, maxDistinct)) this.hashes.add(call.hash)
  }

  /** All calls so far had the same parameters. */
  get areEqual(): boolean {
    return this.hashes.size === 1
  }

  /**
   * With as many different parameters as the threshold, or mostly different ones, fetching each once would not end it;
   * fetching them together does.
   */
  get kind(): NPlusOneKind {
    if (this.isWrite) return 'write-loop'
    const distinct = this.hashes.size
    return distinct >= Math.min(this.threshold, maxDistinct) || distinct * 2 > this.count
      ? 'n-plus-one'
      : 'duplicate'
  }

  /** The last before them that returned about as many rows: one for each, some of which needed nothing. */
  get parent(): EarlierQuery | undefined {
    const most = this.count + Math.max(2, this.count * 0.1)
    return this.earlier.findLast(({ rows }) => rows >= this.count - 1 && rows <= most)
  }
}

/**
 * How many frames two readings share when they may be the same place; undefined: they are not. After the first turn of
 * an async function V8 no longer knows the functions that only handed its promise on, nor, beyond a callback, any
 * caller: the one may lack frames of the other, but not have others.
 */
export function framesInCommon(a: readonly CallSite[], b: readonly CallSite[]): number | undefined {
  const [fewer, more] = a.length < b.length ? [a, b] : [b, a]
  let at = 0
  for (const { file, line } of fewer) {
    while (at < more.length && (more[at]!.line !== line || more[at]!.file !== file)) at++
    if (at++ === more.length) return undefined
  }
  return fewer.length
}
