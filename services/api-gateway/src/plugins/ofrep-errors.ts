import type { OfrepErrorCode } from '@voiceassist/api-contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { GatewayError } from '../errors.js'
import { logFault, sendProblem } from './error-handler.js'
import { gatewayErrorOf, problemOf } from './problem-of-error.js'
import type { SchemaViolation } from './validation-error.js'

/** Bytes of an evaluation's body. */
export const maxContextBytes = 16_384

/** What OFREP gives a form of its own: bad requests, and faults of ours. All else is a problem, as everywhere. */
export function sendOfrepError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = gatewayErrorOf(error)
  const errorCode = codeOf(known, error)
  if (!errorCode) return sendProblem(request, reply, error)
  if (!reply.raw.destroyed) logFault(request.log, known)
  const { key } = request.params as { readonly key?: string }
  const errorDetails =
    known.code === 'BODY_TOO_LARGE'
      ? `The body has more than ${maxContextBytes} bytes`
      : problemOf(known, request.id).detail
  return reply
    .status(errorCode === 'GENERAL' ? 500 : 400)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({ ...(key !== undefined && { key }), errorCode, errorDetails })
}

function codeOf({ code }: GatewayError, error: unknown): OfrepErrorCode | undefined {
  switch (code) {
    case 'INTERNAL':
      return 'GENERAL'
    case 'MALFORMED_REQUEST':
      return 'PARSE_ERROR'
    case 'BODY_TOO_LARGE':
      return 'INVALID_CONTEXT'
    case 'VALIDATION_FAILED':
      return lacksTargetingKey(error) ? 'TARGETING_KEY_MISSING' : 'INVALID_CONTEXT'
    default:
      return undefined
  }
}

function lacksTargetingKey(error: unknown): boolean {
  const { validation = [] } = error as { readonly validation?: readonly SchemaViolation[] }
  return validation.some(({ keyword }) => keyword === 'required' || keyword === 'minLength')
}
