import { channel } from 'node:diagnostics_channel'
import type { QueryRecord } from './capture/query-record.js'
import type { RequestInfo } from './capture/request-scope.js'
import type { NPlusOneReport } from './n-plus-one/n-plus-one-report.js'
import type { ExplainSkip } from './plan/explainer.js'
import type { PlanRecord } from './plan/plan.js'
import type { SlowQueryReport } from './report/profiler-report.js'

/** What the profiler found; without any value of a query. Queries themselves are counted in `stats()`. */
export type ProfilerEvent =
  | { readonly kind: 'slow-query'; readonly query: SlowQueryReport & { readonly type: string } }
  | { readonly kind: 'n-plus-one'; readonly found: NPlusOneReport }
  | {
      readonly kind: 'explain'
      readonly outcome: 'planned' | 'analyzed' | ExplainSkip
      readonly durationMs: number
    }
  | {
      readonly kind: 'plan-changed'
      readonly before: PlanRecord
      readonly after: PlanRecord
      readonly slower: boolean
    }

/** Of every profiler of the process. */
export const profilerChannel = channel('voiceassist:query-profiler')

/** Each query as it ends, for tracers; nothing is done for it while nobody listens. */
export const queryChannel = channel('voiceassist:query-profiler:query')
export interface QueryEvent extends Readonly<Omit<QueryRecord, 'values' | 'stack' | 'request'>> {
  /** The object that it was opened with, as `currentRequest` returns it. */
  readonly request: RequestInfo | undefined
}

export function publish(event: ProfilerEvent): void {
  if (profilerChannel.hasSubscribers) profilerChannel.publish(event)
}
