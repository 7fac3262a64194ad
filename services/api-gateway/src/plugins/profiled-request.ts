import type { OpenRequest, QueryProfiler } from '@voiceassist/query-profiler'
import fastifyPlugin from 'fastify-plugin'
import { routeOf } from './access-log.js'

declare module 'fastify' {
  interface FastifyRequest {
    profiled: OpenRequest | undefined
  }
}

/**
 * What a request asks of the database is counted as its own, until its answer has left or its caller has. A body is read
 * in calls of its socket, which know no request: what comes after it begins again.
 */
export const profiledRequest = fastifyPlugin<{ readonly profiler: QueryProfiler | undefined }>(
  async (app, { profiler }) => {
    if (!profiler) return
    app.decorateRequest('profiled', undefined)
    app.addHook('onRequest', (request, reply, done) => {
      const open = profiler.openRequest({ id: request.id, route: `${request.method} ${routeOf(request)}` })
      request.profiled = open
      reply.raw.once('close', open.end)
      open.run(done)
    })
    app.addHook('preValidation', (request, _reply, done) => request.profiled?.run(done))
  },
)
