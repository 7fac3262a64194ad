import type { FastifyRequest } from 'fastify'
import { routeOf } from './access-log.js'

export const commonMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Of a closed set, whatever a caller sends. */
export function methodOf({ method }: Pick<FastifyRequest, 'method'>): string {
  return (commonMethods as readonly string[]).includes(method) ? method : 'OTHER'
}

/** How queries and times are known by their endpoint, as 'GET /api/sessions/:id'; never a URL. */
export function endpointOf(request: FastifyRequest): string {
  return `${methodOf(request)} ${routeOf(request)}`
}
