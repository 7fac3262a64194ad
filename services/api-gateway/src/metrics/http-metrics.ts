import type { Clock } from '@voiceassist/kernel'
import type { FastifyInstance } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Registry } from 'prom-client'
import { routeOf } from '../plugins/access-log.js'
import { methodOf } from '../plugins/endpoint-of.js'
import type { BucketCounts } from './bucket-counts.js'
import { catalogue } from './catalogue.js'
import { type AllEndpointTimes, statusClasses } from './endpoint-times.js'
import { expose } from './expose.js'

const { duration, total, ...percentiles } = catalogue.requests

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A success goes on until its reader leaves. */
    openEnded?: true
  }
  interface FastifyInstance {
    /** For answers after which no hook runs; absent: nothing is counted. */
    countRequest?(request: FastifyRequest, reply: FastifyReply): void
  }
}

export interface HttpMetricsOptions {
  readonly registry: Registry
  readonly clock: Clock
  readonly endpoints: AllEndpointTimes
}

/** Counts and times requests by method, route template and class of status: three closed sets. */
export const httpMetrics = fastifyPlugin<HttpMetricsOptions>(async (app, { registry, clock, endpoints }) => {
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) endpoints.of(one, url)
  })
  const countRequest: NonNullable<FastifyInstance['countRequest']> = (request, reply) => {
    const { routeOptions } = request
    const endpoint = endpoints.of(methodOf(request), routeOf({ routeOptions }))
    if (routeOptions.config?.openEnded && reply.statusCode < 300) {
      endpoint.openEnded++
      return
    }
    const at = Math.min(Math.max(Math.trunc(reply.statusCode / 100), 2), 5) - 2
    ;(endpoint.durations[at] as BucketCounts).observe(reply.elapsedTime / 1000)
    endpoint.quantiles.add(reply.elapsedTime, clock.monotonic())
  }
  app.decorate('countRequest', countRequest)
  app.addHook('onResponse', (request, reply, done) => {
    countRequest(request, reply)
    done()
  })

  const all = () => [...endpoints.values()]
  const byClass = () =>
    all().flatMap(({ method, route, durations, openEnded }) =>
      statusClasses.map((status_class, at) => ({
        labels: { method, route, status_class },
        counted: durations[at] as BucketCounts,
        openEnded: at === 0 ? openEnded : 0,
      })),
    )
  expose(registry, duration, () =>
    byClass()
      .filter(({ counted }) => counted.count > 0)
      .map(({ labels, counted: { counts, sum } }) => ({ labels, counts, sum })),
  )
  expose(registry, total, () =>
    byClass().map(({ labels, counted, openEnded }) => ({ labels, value: counted.count + openEnded })),
  )
  for (const quantile of ['p50', 'p95', 'p99'] as const)
    expose(registry, percentiles[quantile], () =>
      [...endpoints].flatMap(([endpoint, { quantiles }]) => {
        const found = quantiles.read(clock.monotonic())
        return found ? [{ labels: { endpoint }, value: found[quantile] / 1000 }] : []
      }),
    )
})
