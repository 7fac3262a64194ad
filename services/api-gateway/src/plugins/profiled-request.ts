import type { OpenRequest, QueryProfiler } from '@voiceassist/query-profiler'
import fastifyPlugin from 'fastify-plugin'
import { routeOf } from './access-log.js'

declare module 'fastify' {
  interface FastifyRequest {
    profiled: OpenRequest | undefined
  }
}

/** What a request asks of the database is counted as its own, until its answer has left. */
export const profiledRequest = fastifyPlugin<{ readonly profiler: QueryProfiler | undefined }>(
  async (app, { profiler }) => {
    if (!profiler) return
    app.decorateRequest('profiled', undefined)
    app.addHook('onRequest', (request, _reply, done) => {
      const open = profiler.openRequest({ id: request.id, route: `${request.method} ${routeOf(request)}` })
      request.profiled = open
      open.run(done)
    })
    app.addHook('onResponse', async request => request.profiled?.end())
  },
)
