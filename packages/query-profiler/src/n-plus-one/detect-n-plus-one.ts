import { callsOfRequest, type RequestScope } from '../capture/request-scope.js'
import type { Statement } from '../fingerprint/statement.js'
import { publish } from '../profiler-events.js'
import type { ProfilerLogger } from '../profiler-options.js'
import { type FoundSite, FoundSites } from './found-sites.js'
import type { NPlusOneDetector } from './n-plus-one-detector.js'
import type { NPlusOneKind } from './n-plus-one-report.js'
import { RequestCalls } from './request-calls.js'
import type { SiteCalls } from './site-calls.js'
import { CaptureBudget } from './tracked-call.js'

export interface NPlusOneOptions {
  /** Queries of one shape, from one place of the code, in one request, from which they are reported. */
  readonly threshold: number
  /** Told once a minute of each place at most. */
  readonly logger?: ProfilerLogger | undefined
}

type Tracked = RequestScope & { [callsOfRequest]?: RequestCalls }

/** Bounds: 256 shapes a request, 64 places a shape, 500 places with reports. */
export function detectNPlusOne({ threshold, logger }: NPlusOneOptions): NPlusOneDetector {
  const foundOf = new WeakMap<SiteCalls, FoundSite>()
  const found = new FoundSites(logger)
  const counts: Record<NPlusOneKind, number> = { 'n-plus-one': 0, duplicate: 0, 'write-loop': 0 }
  let overflow = 0
  const watch = {
    threshold,
    budget: new CaptureBudget(),
    reached(request: RequestScope, site: SiteCalls, statement: Statement) {
      const place = found.add(request, statement, site)
      if (place) foundOf.set(site, place)
    },
    overflowed: () => void overflow++,
  }

  function settle(site: SiteCalls): void {
    counts[site.kind]++
    const place = foundOf.get(site)
    if (place) publish({ kind: 'n-plus-one', found: found.settle(place, site) })
  }

  return {
    called(request: Tracked, statement, text, values, calledAtMs) {
      request[callsOfRequest] ??= new RequestCalls(request, watch)
      return request[callsOfRequest].called(statement, text, values, calledAtMs)
    },
    ended(record) {
      const request = record.request as Tracked | undefined
      request?.[callsOfRequest]?.ended(record)
    },
    requestEnded(request: Tracked) {
      for (const site of request[callsOfRequest]?.takeReported() ?? []) settle(site)
    },
    reports: () => found.reports(),
    counts,
    get overflow() {
      return overflow + found.overflow
    },
  }
}
