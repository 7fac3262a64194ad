import type { FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../errors.js'
import type { ExpectedRevisions } from '../services/flags/flag-change.js'

/**
 * What If-Match expects (RFC 9110, 13.1.1): strong ETags, or '*'; a weak one matches nothing. Undefined: it was not sent.
 * @throws GatewayError VALIDATION_FAILED for what is no list of ETags
 */
export function expectedRevisions({ headers }: FastifyRequest): ExpectedRevisions | undefined {
  const given = headers['if-match']?.trim()
  if (given === undefined || given === '*') return given
  if (!/^(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*$/.test(given) || given.length > 1000)
    throw new GatewayError('VALIDATION_FAILED', 'If-Match is neither * nor a list of ETags', {
      field: 'If-Match',
    })
  return [...given.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, tag = '']) =>
    !weak && /^\d{1,15}$/.test(tag) ? [Number(tag)] : [],
  )
}

export function tagWith(reply: FastifyReply, revision: number): void {
  reply.header('etag', `"${revision}"`)
}
