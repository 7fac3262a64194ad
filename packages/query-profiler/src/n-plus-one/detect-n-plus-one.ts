import type { RequestScope } from '../capture/request-scope.js'
import type { Statement } from '../fingerprint/statement.js'
import { publish } from '../profiler-events.js'
import type { ProfilerLogger } from '../profiler-options.js'
import { CaptureBudget } from './captured-call.js'
import { type FoundSite, FoundSites } from './found-sites.js'
import type { NPlusOneDetector } from './n-plus-one-detector.js'
import type { NPlusOneKind } from './n-plus-one-report.js'
import { RequestCalls } from './request-calls.js'
import type { SiteCalls } from './site-calls.js'

export interface NPlusOneOptions {
  /** Queries of one shape, from one place of the code, in one request, from which they are reported. */
  readonly threshold: number
  /** Told once a minute of each place at most. */
  readonly logger?: ProfilerLogger | undefined
}

/** Bounds: 256 shapes a request, 64 places a shape, 500 places with reports. */
export function detectNPlusOne({ threshold, logger }: NPlusOneOptions): NPlusOneDetector {
  // Weak: a request that nobody ends is forgotten with its scope.
  const requests = new WeakMap<RequestScope, RequestCalls>()
  const foundOf = new WeakMap<SiteCalls, FoundSite>()
  const found = new FoundSites(logger)
  const budget = new CaptureBudget()
  const counts: Record<NPlusOneKind, number> = { 'n-plus-one': 0, duplicate: 0, 'write-loop': 0 }
  let overflow = 0

  function settle(site: SiteCalls): void {
    counts[site.kind]++
    const place = foundOf.get(site)
    if (place) publish({ kind: 'n-plus-one', found: found.settle(place, site) })
  }

  function callsOf(request: RequestScope): RequestCalls {
    let calls = requests.get(request)
    if (!calls) {
      const reached = (site: SiteCalls, statement: Statement): void => {
        const place = found.add(request, statement, site)
        if (place) foundOf.set(site, place)
      }
      calls = new RequestCalls(request.id, threshold, budget, reached, () => overflow++)
      requests.set(request, calls)
    }
    return calls
  }

  return {
    called: (request, statement, text, values, calledAtMs) =>
      callsOf(request).called(statement, text, values, calledAtMs),
    ended(record) {
      if (record.request) requests.get(record.request)?.ended(record)
    },
    requestEnded(request) {
      const calls = requests.get(request)
      for (const site of calls?.reported.splice(0) ?? []) settle(site)
    },
    reports: () => found.reports(),
    counts,
    get overflow() {
      return overflow + found.overflow
    },
  }
}
