import type { FastifyInstance } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { Counter, Histogram, type Registry } from 'prom-client'
import { routeOf } from '../plugins/access-log.js'

const labelNames = ['method', 'route', 'status_class'] as const
const classes = ['2xx', '3xx', '4xx', '5xx'] as const
/** Methods of requests that no route took; every other one is counted as OTHER. */
const commonMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

declare module 'fastify' {
  interface FastifyInstance {
    /** For answers after which no hook runs. */
    countRequest(request: FastifyRequest, reply: FastifyReply): void
  }
}

/** Counts and times requests by method, route template and class of status: three closed sets. */
export const httpMetrics = fastifyPlugin<{ readonly registry: Registry }>(async (app, { registry }) => {
  const duration = new Histogram({
    name: 'voiceassist_http_request_duration_seconds',
    help: 'Time from a request’s arrival to the end of its answer',
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })
  const total = new Counter({
    name: 'voiceassist_http_requests_total',
    help: 'Requests answered',
    labelNames,
    registers: [registry],
  })
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat())
      for (const status_class of classes) total.inc({ method: one, route: url, status_class }, 0)
  })
  const countRequest: FastifyInstance['countRequest'] = (request, reply) => {
    const labels = {
      method: commonMethods.has(request.method) ? request.method : 'OTHER',
      route: routeOf(request),
      status_class: `${Math.trunc(reply.statusCode / 100)}xx`,
    }
    total.inc(labels)
    duration.observe(labels, reply.elapsedTime / 1000)
  }
  app.decorate('countRequest', countRequest)
  app.addHook('onResponse', async (request, reply) => countRequest(request, reply))
})
