import type { Clock } from '@voiceassist/kernel'
import type { FastifyInstance } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Registry } from 'prom-client'
import { routeOf } from '../plugins/access-log.js'
import { methodOf } from '../plugins/endpoint-of.js'
import { BucketCounts } from './bucket-counts.js'
import { catalogue } from './catalogue.js'
import { expose } from './expose.js'
import { SlidingQuantiles } from './sliding-quantiles.js'

const { duration, total, ...percentiles } = catalogue.requests
const classes = duration.labels.status_class

declare module 'fastify' {
  interface FastifyInstance {
    /** For answers after which no hook runs; absent: nothing is counted. */
    countRequest?(request: FastifyRequest, reply: FastifyReply): void
  }
}

class Endpoint {
  /** By class of status, from 2xx. */
  readonly durations: readonly BucketCounts[] = classes.map(() => new BucketCounts(duration.bounds))
  readonly quantiles = new SlidingQuantiles()
  constructor(
    readonly method: string,
    readonly route: string,
  ) {}
}

/** Counts and times requests by method, route template and class of status: three closed sets. */
export const httpMetrics = fastifyPlugin<{ readonly registry: Registry; readonly clock: Clock }>(
  async (app, { registry, clock }) => {
    const endpoints = new Map<string, Endpoint>()
    const endpointOf = (method: string, route: string): Endpoint => {
      const name = `${method} ${route}`
      let found = endpoints.get(name)
      if (!found) {
        found = new Endpoint(method, route)
        endpoints.set(name, found)
      }
      return found
    }
    app.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) endpointOf(one, url)
    })
    const countRequest: NonNullable<FastifyInstance['countRequest']> = (request, reply) => {
      const endpoint = endpointOf(methodOf(request), routeOf(request))
      const at = Math.min(Math.max(Math.trunc(reply.statusCode / 100), 2), 5) - 2
      ;(endpoint.durations[at] as BucketCounts).observe(reply.elapsedTime / 1000)
      endpoint.quantiles.add(reply.elapsedTime, clock.monotonic())
    }
    app.decorate('countRequest', countRequest)
    app.addHook('onResponse', async (request, reply) => countRequest(request, reply))

    const all = () => [...endpoints.values()]
    const byClass = () =>
      all().flatMap(({ method, route, durations }) =>
        classes.map((status_class, at) => ({
          labels: { method, route, status_class },
          counted: durations[at] as BucketCounts,
        })),
      )
    expose(registry, duration, () =>
      byClass()
        .filter(({ counted }) => counted.count > 0)
        .map(({ labels, counted: { counts, sum } }) => ({ labels, counts, sum })),
    )
    expose(registry, total, () => byClass().map(({ labels, counted }) => ({ labels, value: counted.count })))
    for (const quantile of ['p50', 'p95', 'p99'] as const)
      expose(registry, percentiles[quantile], () =>
        [...endpoints].flatMap(([endpoint, { quantiles }]) => {
          const found = quantiles.read(clock.monotonic())
          return found ? [{ labels: { endpoint }, value: found[quantile] / 1000 }] : []
        }),
      )
  },
)
