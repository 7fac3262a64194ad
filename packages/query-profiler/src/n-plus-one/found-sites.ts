import type { CallSite } from '../capture/call-site.js'
import type { RequestInfo } from '../capture/request-scope.js'
import type { Statement } from '../fingerprint/statement.js'
import type { ProfilerLogger } from '../profiler-options.js'
import { describeFix } from './describe-fix.js'
import type { NPlusOneReport } from './n-plus-one-report.js'
import { framesInCommon, type SiteCalls } from './site-calls.js'

const maxFound = 500
const logEveryMs = 60_000

/** A place of the code that did it on a route, in any request. */
export interface FoundSite {
  readonly statement: Statement
  readonly route: string
  frames: readonly CallSite[]
  worst: SiteCalls
  /** Perhaps under way still. */
  latest: SiteCalls
  requests: number
  requestId: string
  loggedAtMs: number
}

/** All that was found since the profiler started, within bounds. */
export class FoundSites {
  private readonly byPlace = new Map<string, FoundSite[]>()
  private size = 0
  /** Sites that were not remembered for want of room. */
  overflow = 0

  constructor(private readonly logger: ProfilerLogger | undefined) {}

  /** A request reached the threshold; undefined: there is no room for another place. */
  add(request: RequestInfo, statement: Statement, site: SiteCalls): FoundSite | undefined {
    const [innermost] = site.frames
    const place = `${request.route}\n${statement.fingerprint}\n${innermost?.file}:${innermost?.line}`
    const there = this.byPlace.get(place) ?? []
    let found = there.find(
      other =>
        other.statement.sql === statement.sql && framesInCommon(other.frames, site.frames) !== undefined,
    )
    if (!found) {
      if (this.size === maxFound) {
        this.overflow++
        return undefined
      }
      const { route, id: requestId } = request
      found = {
        ...{ statement, route, requestId, frames: site.frames, worst: site, latest: site },
        ...{ requests: 0, loggedAtMs: Number.NEGATIVE_INFINITY },
      }
      this.byPlace.set(place, [...there, found])
      this.size++
    }
    found.requests++
    found.requestId = request.id
    found.latest = site
    return found
  }

  /** The request is over, and how bad it was is known. */
  settle(found: FoundSite, site: SiteCalls): NPlusOneReport {
    if (site.count > found.worst.count) found.worst = site
    const report = reportOf(found, site)
    if (this.logger && site.lastCalledAtMs - found.loggedAtMs >= logEveryMs) {
      found.loggedAtMs = site.lastCalledAtMs
      this.logger.warn({ ...report }, `${report.count} queries where one would do (${report.kind})`)
    }
    return report
  }

  reports(): NPlusOneReport[] {
    return [...this.byPlace.values()]
      .flat()
      .map(found => reportOf(found, found.latest.count > found.worst.count ? found.latest : found.worst))
      .sort((a, b) => b.timeMs - a.timeMs)
  }
}

function reportOf(found: FoundSite, site: SiteCalls): NPlusOneReport {
  const { statement, route, requestId, requests } = found
  const { kind, count, timeMs, parent } = site
  const [callSite, ...callers] = site.frames
  return {
    kind,
    fingerprint: statement.fingerprint,
    sql: statement.sql,
    route,
    requestId,
    count,
    timeMs,
    requests,
    callSite: callSite!,
    callers: callers.slice(0, 2),
    parent: parent
      ? { fingerprint: parent.statement.fingerprint, sql: parent.statement.sql, rows: parent.rows }
      : null,
    fix: describeFix(kind, statement, site),
  }
}
