import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

/**
 * Where a request comes from: what the last trusted proxy says, without one the peer itself; null on a Unix socket.
 * What a trusted proxy passes on may be no address; then it is the proxy's own.
 */
export function clientAddress({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string | null {
  const address = isIP(ip ?? '') > 0 ? ip : socket.remoteAddress
  return address?.split('%', 1)[0] ?? null // without the interface of a link-local address
}
