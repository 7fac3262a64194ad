import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Answers with JSON and its ETag, or with 304 where the caller has just that. What the answer depends on beside the URL
 * (the body of a POST) is `variety`: the tag of one is never that of another.
 */
export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  body: unknown,
  variety = '',
): FastifyReply {
  const text = JSON.stringify(body)
  const hash = createHash('sha256').update(`${variety.length}:${variety}${text}`)
  const tag = `"${hash.digest('base64url').slice(0, 32)}"`
  reply.header('etag', tag)
  return isListed(request.headers['if-none-match'], tag)
    ? reply.status(304).send()
    : reply.type('application/json; charset=utf-8').send(text)
}

/** By the weak comparison, as RFC 9110 has it for If-None-Match. */
function isListed(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  const listed = header.split(',').map(item => item.trim().replace(/^W\//, ''))
  return listed.includes(tag) || listed.includes('*')
}
