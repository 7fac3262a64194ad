import { createHash, timingSafeEqual } from 'node:crypto'
import { noQuery } from '@voiceassist/api-contract'
import type { FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import { GatewayError } from '../errors.js'
import { bearerToken } from '../plugins/route-access.js'
import type { RoutePlugin } from './route-plugin.js'

export const metricsRoutes: RoutePlugin<{ readonly registry: Registry }> = async (app, { registry }) => {
  app.get(
    '/metrics',
    {
      config: { access: 'metrics' },
      schema: { tags: ['health'], summary: 'Metrics for Prometheus', querystring: noQuery },
    },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  )
}

const loopback = /^(?:127\.|::1$|::ffff:127\.)/

/** The guard of /metrics: the token if there is one, else only callers on this machine that nobody forwarded. */
export function createMetricsGuard(token: string | undefined): (request: FastifyRequest) => void {
  const expected = token === undefined ? undefined : digest(token)
  return request => {
    if (expected) {
      if (!timingSafeEqual(digest(bearerToken(request)), expected))
        throw new GatewayError('UNAUTHENTICATED', 'The token is not METRICS_TOKEN')
      return
    }
    const { 'x-forwarded-for': forwardedFor, forwarded } = request.headers
    const address = request.socket.remoteAddress ?? '127.0.0.1' // a Unix socket
    if (forwardedFor !== undefined || forwarded !== undefined || !loopback.test(address))
      throw new GatewayError('FORBIDDEN', 'Metrics are for callers on this machine, or with METRICS_TOKEN')
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
