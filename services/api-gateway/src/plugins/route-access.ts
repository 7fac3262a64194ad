import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { GatewayError } from '../errors.js'
import type { StreamTickets } from '../services/accounts/stream-tickets.js'
import type { Principal, TokenVerifier } from '../services/accounts/token-verifier-port.js'
import { accessCookie } from './console-cookies.js'
import { refuseForged } from './forged-request.js'

/**
 * Who may call a route. `user`: everyone with a valid token; `viewer`: viewers and administrators; `admin`:
 * administrators; `metrics`: who reads /metrics, by a token of its own; `ticket`: by a URL that a user was given;
 * `console`: the console's page, to sign in and out.
 */
export type RouteAccess = 'public' | 'user' | 'viewer' | 'admin' | 'metrics' | 'ticket' | 'console'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess
  }
  interface FastifyRequest {
    /** Null on public routes. */
    principal: Principal | null
  }
  interface FastifyInstance {
    /** The access of routes that a library registers within this scope. */
    libraryRouteAccess?: RouteAccess
  }
}

const rolesOf = {
  user: ['user', 'viewer', 'admin'],
  viewer: ['viewer', 'admin'],
  admin: ['admin'],
} as const

const bearer = /^Bearer +(.+)$/i

export interface RouteAccessOptions {
  readonly tokens: TokenVerifier
  readonly tickets: Pick<StreamTickets, 'verify'>
  /** @throws GatewayError when the request may not read the metrics. */
  readonly refuseMetrics: (request: FastifyRequest) => void
}

/**
 * Every route declares its access as `config.access`, and is refused at its registration without. The token is
 * looked at before the body is read, and behind the rate limits.
 */
export const routeAccess = fastifyPlugin<RouteAccessOptions>(
  async (app, { tokens, tickets, refuseMetrics }) => {
    app.decorateRequest('principal', null)
    app.addHook('onRoute', refuseUndeclared)
    app.addHook('preParsing', async request => {
      if (request.is404) return
      const { access } = request.routeOptions.config
      if (access === 'public') return
      if (access === 'metrics') return refuseMetrics(request)
      if (access === undefined) throw new GatewayError('INTERNAL', 'The route declares no access')
      if (access === 'console') return refuseForged(request)
      if (access === 'ticket') {
        request.principal = await tickets.verify(ticketOf(request))
        return
      }
      const principal = await tokens.verify(accessToken(request))
      request.principal = principal
      if (!(rolesOf[access] as readonly string[]).includes(principal.role))
        throw new GatewayError('FORBIDDEN', `This needs the role ${rolesOf[access].join(' or ')}`)
    })
  },
)

/** @throws Error on a route without a principal: it declares access `public`. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new Error('The route is public and has no principal')
  return request.principal
}

/** @throws GatewayError UNAUTHENTICATED unless the request carries one. */
export function bearerToken(request: FastifyRequest): string {
  const token = bearer.exec(request.headers.authorization ?? '')?.[1]
  if (!token) throw new GatewayError('UNAUTHENTICATED', 'The request carries no access token')
  return token
}

/**
 * The bearer token, else that of the console's cookie.
 * @throws GatewayError UNAUTHENTICATED without either, CSRF_REFUSED
 */
export function accessToken(request: FastifyRequest): string {
  const cookie = accessCookie(request)
  if (cookie === undefined || bearer.test(request.headers.authorization ?? '')) return bearerToken(request)
  refuseForged(request)
  return cookie
}

function ticketOf({ query }: FastifyRequest): string {
  const { ticket } = query as { readonly ticket?: unknown }
  return typeof ticket === 'string' ? ticket : ''
}

function refuseUndeclared(this: FastifyInstance, route: RouteOptions): void {
  route.config ??= {}
  route.config.access ??= this.libraryRouteAccess
  if (route.config.access === undefined)
    throw new Error(`The route ${route.method} ${route.url} declares no access (config.access)`)
}
