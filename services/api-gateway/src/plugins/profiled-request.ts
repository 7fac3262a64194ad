import type { QueryProfiler, RequestInfo } from '@voiceassist/query-profiler'
import fastifyPlugin from 'fastify-plugin'
import type { SpanScope } from '../tracing/span-scope.js'
import { endpointOf } from './endpoint-of.js'

/** What a request is opened with: whoever is told of its work adds to it (`QueryProfiler.currentRequest`). */
export class ProfiledRequest implements RequestInfo {
  /** Of operations of the cache's second tier. */
  cacheTimeMs = 0
  constructor(
    readonly id: string,
    /** As `endpointOf` names it. */
    readonly route: string,
    /** Absent: there are no traces. */
    readonly trace: SpanScope | undefined,
  ) {}
}

export interface RequestCost {
  readonly endpoint: string
  readonly queries: number
  readonly databaseTimeMs: number
  readonly cacheTimeMs: number
}

export interface ProfiledRequestOptions {
  readonly profiler: QueryProfiler | undefined
  /** Told of each request that has ended. */
  readonly ended?: ((cost: RequestCost) => void) | undefined
}

/** What a request asks of the database is counted as its own, until its answer has left or its caller has. */
export const profiledRequest = fastifyPlugin<ProfiledRequestOptions>(async (app, { profiler, ended }) => {
  if (!profiler) return
  app.addHook('onRequest', (request, reply, done) => {
    const profiled = new ProfiledRequest(request.id, endpointOf(request), request.trace)
    const open = profiler.openRequest(profiled)
    reply.raw.on('close', () => {
      open.end()
      const { queries, databaseTimeMs } = open.counts
      ended?.({ endpoint: profiled.route, queries, databaseTimeMs, cacheTimeMs: profiled.cacheTimeMs })
    })
    open.run(done)
  })
})
