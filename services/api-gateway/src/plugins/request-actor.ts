import type { FastifyRequest } from 'fastify'
import type { Actor, UserActor } from '../audit/actor.js'
import { routeOf } from './access-log.js'
import { clientAddress } from './client-address.js'
import { principalOf } from './route-access.js'

/** Who makes the request, for the audit; on a public route nobody that is known. */
export function actorOf(request: FastifyRequest): Actor {
  return {
    userId: request.principal?.userId ?? null,
    role: request.principal?.role ?? null,
    service: 'api-gateway',
    requestId: request.id,
    ipAddress: clientAddress(request),
    userAgent: request.headers['user-agent'] ?? null,
    endpoint: `${request.method} ${routeOf(request)}`,
  }
}

/** @throws Error on a route that declares access `public`. */
export function userActorOf(request: FastifyRequest): UserActor {
  const { userId, role } = principalOf(request)
  return { ...actorOf(request), userId, role }
}
