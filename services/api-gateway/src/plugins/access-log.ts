import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

export const accessLog = fastifyPlugin(async app => {
  app.addHook('onResponse', (request, reply, done) => {
    logRequest(request, reply)
    done()
  })
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

/** The route's template; never the URL. `routeOptions` is made anew at each look. */
export function routeOf({ routeOptions }: { readonly routeOptions: { url?: string | undefined } }): string {
  return routeOptions.url ?? 'unmatched'
}
