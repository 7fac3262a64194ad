import type { FastifyRequest } from 'fastify'
import { GatewayError } from '../errors.js'

/** Browsers let no other origin's page send a header of its own unasked. */
const consoleHeader = 'x-voiceassist-console'

/**
 * Browsers send cookies on behalf of whatever page asks. A request that is known by its cookie alone must come from the
 * gateway's own origin, as far as its browser says, and must carry a header if it is to change anything.
 * @throws GatewayError CSRF_REFUSED
 */
export function refuseForged(request: FastifyRequest): void {
  const { headers, method } = request
  const isRead = method === 'GET' || method === 'HEAD'
  if (!isOwn(request, isRead))
    throw new GatewayError('CSRF_REFUSED', 'The request comes by cookie from a page of another origin')
  if (!isRead && headers[consoleHeader] !== '1')
    throw new GatewayError(
      'CSRF_REFUSED',
      `The request comes by cookie without the header ${consoleHeader}: 1`,
    )
}

function isOwn(request: FastifyRequest, isRead: boolean): boolean {
  const { 'sec-fetch-site': site, origin } = request.headers
  // `none`: nobody's page, such as an address that somebody typed.
  if (site !== undefined) return site === 'same-origin' || (isRead && site === 'none')
  return origin === undefined || origin === ownOrigin(request)
}

/** As a trusted proxy tells it. Undefined: the host is none. */
function ownOrigin({ protocol, host }: FastifyRequest): string | undefined {
  const url = `${protocol}://${host}`
  return URL.canParse(url) ? new URL(url).origin : undefined
}
