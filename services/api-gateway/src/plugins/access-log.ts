import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

export const accessLog = fastifyPlugin(async app => {
  app.addHook('onResponse', async (request, reply) => logRequest(request, reply))
})

/**
 * One line a request, of these fields and no others: a URL, a query string, a header or a body may hold what a
 * clinician typed, an e-mail or a token.
 */
export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  request.log.info(
    {
      method: request.method,
      route: routeOf(request),
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      ...(request.trace ? { traceId: request.trace.traceId } : {}),
      ...(request.principal ? { userId: request.principal.userId } : {}),
    },
    'request',
  )
}

/** The route's template; never the URL. */
export function routeOf(request: {
  readonly is404: boolean
  readonly routeOptions: { url?: string | undefined }
}): string {
  return request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched')
}
