import type { FastifyRequest } from 'fastify'
import { routeOf } from './access-log.js'

export const commonMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Of a closed set, whatever a caller sends. */
export function methodOf({ method }: Pick<FastifyRequest, 'method'>): string {
  return (commonMethods as readonly string[]).includes(method) ? method : 'OTHER'
}

/** How queries and times are known by their endpoint, as 'GET /api/sessions/:id'; never a URL. */
export function endpointOf(request: FastifyRequest): string {
  return endpointName(methodOf(request), routeOf(request))
}

const names = new Map<string, Map<string, string>>()

/** The same string each time: its hash is known to maps. */
export function endpointName(method: string, route: string): string {
  const known = names.get(method)?.get(route)
  if (known !== undefined) return known
  const name = `${method} ${route}`
  const ofMethod = names.get(method) ?? new Map<string, string>()
  names.set(method, ofMethod.set(route, name))
  return name
}
