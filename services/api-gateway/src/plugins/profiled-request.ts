import type { QueryProfiler } from '@voiceassist/query-profiler'
import fastifyPlugin from 'fastify-plugin'
import { routeOf } from './access-log.js'

/** What a request asks of the database is counted as its own, until its answer has left or its caller has. */
export const profiledRequest = fastifyPlugin<{ readonly profiler: QueryProfiler | undefined }>(
  async (app, { profiler }) => {
    if (!profiler) return
    app.addHook('onRequest', (request, reply, done) => {
      const open = profiler.openRequest({ id: request.id, route: `${request.method} ${routeOf(request)}` })
      reply.raw.once('close', open.end)
      open.run(done)
    })
  },
)
