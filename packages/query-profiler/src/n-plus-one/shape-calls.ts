import type { QueryRecord } from '../capture/query-record.js'
import { readStack, type StackReading } from '../capture/read-stack.js'
import type { Statement } from '../fingerprint/statement.js'
import { type CaptureBudget, CapturedCall } from './captured-call.js'
import { PageReads } from './page-reads.js'
import { hashParameters, hashStatementText } from './parameter-hash.js'
import { framesInCommon, SiteCalls } from './site-calls.js'
import { traitsOf } from './statement-traits.js'

const maxSites = 64
const maxPending = 64
const frameLimit = 8
/** A site with so many is known well enough to look at one call in eight only. */
const sampledFrom = 64
/** Whoever asks again for the same after waiting so long waits for it to change; a loop asks within microseconds. */
const pollGapMs = 1

const nowhere: StackReading = {
  frames: [{ file: '', line: 0, function: '' }],
  isRecursive: false,
  packages: new Set(),
}

/** The queries of one shape in one request, and the places that they come from. */
export class ShapeCalls {
  readonly sites: SiteCalls[] = []
  private count = 0
  private pending: CapturedCall[] = []
  /** Called where nobody looked; counted to the site with the most. */
  private unplaced: CapturedCall[] = []
  private pages: PageReads | undefined
  private arePages: boolean | undefined
  private firstText = ''
  /** For polls: queries under way, the end of the last, and whether every call came well after it and alone. */
  private active = 0
  private lastEndedAtMs = 0
  private lastOrder = 0
  private mayPoll = true

  constructor(
    private readonly statement: Statement,
    private readonly requestId: string,
    private readonly threshold: number,
  ) {}

  /** Salted; of all that tells this call from another of the shape. */
  hashOf(text: string, values: readonly unknown[] | undefined): number {
    if (this.firstText === '') this.firstText = text
    const hash = hashParameters(values)
    return text === this.firstText ? hash : hashStatementText(text, hash)
  }

  /** A call that does not count, such as a batch. */
  passed(order: number): void {
    this.active++
    this.lastOrder = order
  }

  /** `order`: the number of the query in its request. Returns where it was called, if that needs to be known. */
  called(
    hash: number,
    text: string,
    values: readonly unknown[] | undefined,
    calledAtMs: number,
    order: number,
    budget: CaptureBudget,
  ): CapturedCall | undefined {
    this.count++
    this.notePoll(calledAtMs, order)
    if (this.count > 1) this.pages?.called(values)
    else if (traitsOf(this.statement).mayPage) this.pages = new PageReads(text, values)
    if (this.arePages) return undefined
    const known = this.sites.length === 1 && this.pending.length === 0 ? this.sites[0]! : undefined
    if (known && known.count >= sampledFrom && known.isReported && this.count % 8 !== 0) {
      known.add(hash, calledAtMs, 0)
      return undefined
    }
    const call = new CapturedCall(hash, calledAtMs)
    if (this.count === 1 && !budget.take(calledAtMs)) {
      this.unplaced.push(call)
      return undefined
    }
    this.pending.push(call.capture())
    if (this.count >= this.threshold || this.pending.length >= maxPending) this.placePending()
    return call
  }

  ended(record: QueryRecord, timeMs: number): void {
    this.active--
    this.lastEndedAtMs = record.endedAtMs
    this.pages?.endedWith(record.rows)
    const call = record.stack instanceof CapturedCall ? record.stack : this.unplaced[0]
    const owner = call ? (call.site ?? call) : this.largest()
    if (owner) owner.timeMs += timeMs
  }

  /** Sites that have just reached the threshold. */
  newlyReached(text: string): SiteCalls[] {
    if (this.count < this.threshold || this.sites.every(site => site.isReported)) return []
    const reached = this.sites.filter(
      site => !site.isReported && site.count >= this.threshold && !(this.mayPoll && site.areEqual),
    )
    if (reached.length === 0) return reached
    this.arePages ??= this.pages?.arePages(text) ?? false
    return this.arePages ? [] : reached
  }

  private largest(): SiteCalls | undefined {
    return this.sites.toSorted((a, b) => b.count - a.count)[0]
  }

  private notePoll(calledAtMs: number, order: number): void {
    if (this.count > 1 && this.mayPoll) {
      const isAlone = this.active === 0 && order === this.lastOrder + 1
      this.mayPoll = isAlone && calledAtMs - this.lastEndedAtMs >= pollGapMs
    }
    this.active++
    this.lastOrder = order
  }

  private placePending(): void {
    for (const call of this.pending) {
      call.site = this.siteOf(readStack(call.stack ?? '', frameLimit), call.calledAtMs)
      call.site.add(call.hash, call.calledAtMs, call.timeMs)
    }
    this.pending = []
    for (const call of this.unplaced) this.largest()!.add(call.hash, call.calledAtMs, call.timeMs)
    this.unplaced = []
  }

  private siteOf(reading: StackReading, calledAtMs: number): SiteCalls {
    const read = reading.frames.length > 0 ? reading : nowhere
    let best: SiteCalls | undefined
    let mostInCommon = -1
    for (const site of this.sites) {
      const common = framesInCommon(site.frames, read.frames)
      if (common === undefined || common <= mostInCommon) continue
      best = site
      mostInCommon = common
    }
    if (!best) {
      if (this.sites.length === maxSites) return this.largest()!
      const { isWrite } = traitsOf(this.statement)
      best = new SiteCalls(read, this.requestId, calledAtMs, isWrite, this.threshold)
      this.sites.push(best)
    } else if (read.frames.length > best.frames.length) best.frames = read.frames
    return best
  }
}
