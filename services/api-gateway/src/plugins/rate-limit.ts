import rateLimiter from '@fastify/rate-limit'
import fastifyPlugin from 'fastify-plugin'
import { GatewayError } from '../errors.js'
import { addressRange } from '../services/accounts/address-range.js'
import { clientAddress } from './client-address.js'

export interface RateLimits {
  /** Requests a minute and address (of IPv6: the /64), over all routes without a limit of their own. */
  readonly requestsPerMinute: number
  /** Attempts to log in, likewise. */
  readonly loginsPerMinute: number
}

export const defaultRateLimits: RateLimits = { requestsPerMinute: 12_000, loginsPerMinute: 20 }

const windowMs = 60_000

/** Counts in this process's memory. */
export const rateLimit = fastifyPlugin<{ readonly requestsPerMinute: number }>(
  async (app, { requestsPerMinute }) => {
    await app.register(rateLimiter, {
      max: requestsPerMinute,
      timeWindow: windowMs,
      keyGenerator: request => addressRange(clientAddress(request) ?? 'local'),
      errorResponseBuilder: (_request, { after }) =>
        new GatewayError('TOO_MANY_REQUESTS', `Too many requests from this address; try again in ${after}`),
    })
  },
)

/** A route's own limit, as `config.rateLimit`. */
export function atMost(perMinute: number): { max: number; timeWindow: number } {
  return { max: perMinute, timeWindow: windowMs }
}
