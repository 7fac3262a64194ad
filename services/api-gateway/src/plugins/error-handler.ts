import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { errorFields } from '../error-fields.js'
import { GatewayError, type GatewayErrorCode } from '../errors.js'
import { logRequest } from './access-log.js'
import { gatewayErrorOf, problemOf } from './problem-of-error.js'
import { methodsOf } from './route-table.js'

/** Every answer that is not a success is a problem (RFC 9457). */
export const errorHandler = fastifyPlugin(async app => {
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error))
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, async (request, reply) => {
    const path = request.url.split('?', 1)[0]!
    const methods = methodsOf(app.routeTable, path)
    if (methods.length === 0) throw new GatewayError('NOT_FOUND', 'There is no such path')
    reply.header('allow', methods.join(', '))
    throw new GatewayError('METHOD_NOT_ALLOWED', `This path takes ${methods.join(', ')}`)
  })
})

export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const known = gatewayErrorOf(error)
  if (!reply.raw.destroyed) logFault(request.log, known) // a caller who has gone is no fault
  if (known.status === 401) reply.header('www-authenticate', 'Bearer')
  const retryAfterSeconds = known.retryAfterSeconds ?? (known.status === 503 ? 1 : undefined)
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  return reply
    .status(known.status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemOf(known, request.id))
}

/** For what Fastify refuses before a route is found: no hook runs, so what hooks do otherwise is done here. */
export function sendEarlyProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('cache-control', 'no-store').header('x-request-id', request.id)
  reply.raw.once('finish', () => {
    logRequest(request, reply)
    request.server.countRequest?.(request, reply)
  })
  return sendProblem(request, reply, error)
}

/** Answered with 5xx, yet on purpose: whoever operates the gateway needs their number, no stack. */
const deliberate: ReadonlySet<GatewayErrorCode> = new Set(['OVERLOADED', 'SHUTTING_DOWN'])

/** Faults of ours are logged with what led to them; refusals for the caller's part are in the access log already. */
export function logFault(log: FastifyBaseLogger, error: GatewayError): void {
  if (deliberate.has(error.code)) log.warn({ code: error.code }, 'request refused')
  else if (error.status >= 500) log.error(errorFields(error), 'request failed')
}
