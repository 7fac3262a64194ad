import type { QueryRecord } from '../capture/query-record.js'
import { readStack, type StackReading } from '../capture/read-stack.js'
import type { Statement } from '../fingerprint/statement.js'
import { PageReads } from './page-reads.js'
import { hashParameters, hashStatementText } from './parameter-hash.js'
import { framesInCommon, SiteCalls } from './site-calls.js'
import type { StatementTraits } from './statement-traits.js'
import type { CaptureBudget, TrackedCall } from './tracked-call.js'

const maxSites = 64
const maxWaiting = 64
/** As many places as it takes to say where the calls without one come from. */
const enoughPlaces = 3
/** Of arrays that are empty still; made when they get their first. */
const none: never[] = []
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
  private sites: SiteCalls[] = none
  private count = 0
  /** Calls that no site has yet, and how many of them have a place. */
  private waiting: TrackedCall[] = none
  private placesWaiting = 0
  private pages: PageReads | undefined = undefined
  private arePages: boolean | undefined = undefined
  private firstText = ''
  /** For polls: queries under way, the end of the last, and whether every call came well after it and alone. */
  private active = 0
  private lastEndedAtMs = 0
  private lastOrder = 0
  private mayPoll = true

  constructor(
    readonly statement: Statement,
    readonly traits: StatementTraits,
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

  /** `order`: the number of the query in its request. */
  called(
    call: TrackedCall,
    text: string,
    values: readonly unknown[] | undefined,
    order: number,
    budget: CaptureBudget,
  ): void {
    this.count++
    this.notePoll(call.calledAtMs, order)
    if (this.count > 1) this.pages?.called(values)
    else if (this.traits.mayPage) this.pages = new PageReads(text, values)
    if (this.arePages) return
    const known = this.sites.length === 1 && this.waiting.length === 0 ? this.sites[0]! : undefined
    if (known && known.count >= sampledFrom && known.isReported && this.count % 8 !== 0) {
      known.take(call)
      return
    }
    if (budget.take(call.calledAtMs, this.isUrgent)) {
      call.capture()
      this.placesWaiting++
    }
    if (this.waiting === none) this.waiting = [call]
    else this.waiting.push(call)
    if (this.count >= this.threshold || this.waiting.length >= maxWaiting) this.placeWaiting()
  }

  ended(record: QueryRecord, call: TrackedCall | undefined): void {
    this.active--
    this.lastEndedAtMs = record.endedAtMs
    this.pages?.endedWith(record.rows)
    if (call) (call.site ?? call).timeMs += record.endedAtMs - record.sentAtMs
  }

  get mayHaveReached(): boolean {
    return this.count >= this.threshold
  }

  /** Sites that have just reached the threshold. */
  newlyReached(text: string): SiteCalls[] {
    if (this.sites.every(site => site.isReported)) return []
    const reached = this.sites.filter(
      site => !site.isReported && site.count >= this.threshold && !(this.mayPoll && site.areEqual),
    )
    if (reached.length === 0) return reached
    this.arePages ??= this.pages?.arePages(text) ?? false
    return this.arePages ? [] : reached
  }

  /** The threshold is close, and too little is known of where the calls come from. */
  private get isUrgent(): boolean {
    return (
      this.sites.length === 0 &&
      this.placesWaiting < enoughPlaces &&
      this.count > this.threshold - enoughPlaces
    )
  }

  private largest(): SiteCalls {
    return this.sites.reduce((largest, site) => (site.count > largest.count ? site : largest))
  }

  private notePoll(calledAtMs: number, order: number): void {
    if (this.count > 1 && this.mayPoll) {
      const isAlone = this.active === 0 && order === this.lastOrder + 1
      this.mayPoll = isAlone && calledAtMs - this.lastEndedAtMs >= pollGapMs
    }
    this.active++
    this.lastOrder = order
  }

  private placeWaiting(): void {
    const isFull = this.waiting.length >= maxWaiting
    const enough = Math.min(enoughPlaces, this.threshold)
    if (this.sites.length === 0 && this.placesWaiting < enough) {
      if (!isFull) return
      // Once in so many calls, which costs little however many there are.
      if (this.placesWaiting === 0) this.waiting.at(-1)!.capture()
    }
    for (const call of this.waiting) {
      if (!call.place) continue
      const site = this.siteOf(readStack(call.place.stack ?? '', frameLimit), call.calledAtMs)
      site.take(call)
      site.placed++
    }
    for (const call of this.waiting) if (!call.site) this.likeliest().take(call)
    this.waiting = none
    this.placesWaiting = 0
  }

  /** Of a call whose place is not known: sites get such calls in proportion to those whose places are. */
  private likeliest(): SiteCalls {
    let best = this.sites[0]!
    for (const site of this.sites) {
      const [counted, bestCounted] = [site.count - site.placed, best.count - best.placed]
      if (site.placed * (bestCounted + 1) > best.placed * (counted + 1)) best = site
    }
    return best
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
      if (this.sites.length === maxSites) return this.largest()
      best = new SiteCalls(read, this.requestId, calledAtMs, this.traits.isWrite, this.threshold)
      if (this.sites === none) this.sites = [best]
      else this.sites.push(best)
    } else if (read.frames.length > best.frames.length) best.frames = read.frames
    best.isRecursive ||= read.isRecursive
    return best
  }
}
