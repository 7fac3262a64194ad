import { ROOT_CONTEXT, SpanKind, type TextMapGetter, type TextMapPropagator, trace } from '@opentelemetry/api'
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_SCHEME,
  HTTP_REQUEST_METHOD_VALUE_OTHER,
} from '@opentelemetry/semantic-conventions'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { methodOf } from '../plugins/endpoint-of.js'
import type { SpanScopes } from './span-scope.js'

type Headers = FastifyRequest['headers']

const getter: TextMapGetter<Headers> = {
  keys: headers => Object.keys(headers),
  get: (headers, name) => headers[name],
}

/**
 * A span for each request, below the caller's where there is a traceparent. It is known by its route: a path may hold
 * what somebody typed, as may a query string, a header or a body.
 */
export function requestSpans(scopes: SpanScopes, propagator: TextMapPropagator): FastifyPluginAsync {
  return fastifyPlugin(async app => {
    app.decorateRequest('trace', undefined)
    app.addHook('onRequest', (request, reply, done) => {
      const caller = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, request.headers, getter))
      const scope = scopes.begin(factsOf(request), caller)
      request.trace = scope
      reply.raw.once('close', () => {
        const { statusCode, headersSent } = reply.raw
        if (headersSent) scope.set(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode)
        scope.end(headersSent && statusCode >= 500 ? String(statusCode) : undefined)
      })
      scopes.run(scope, done)
    })
  })
}

function factsOf(request: FastifyRequest) {
  const known = methodOf(request)
  const method = known === 'OTHER' ? HTTP_REQUEST_METHOD_VALUE_OTHER : known
  const route = request.is404 ? undefined : request.routeOptions.url
  const attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    // A proxy that is trusted may forward any word.
    [ATTR_URL_SCHEME]: request.protocol === 'https' ? 'https' : 'http',
    ...(route === undefined ? {} : { [ATTR_HTTP_ROUTE]: route }),
  }
  const verb = known === 'OTHER' ? 'HTTP' : known
  return { name: route === undefined ? verb : `${verb} ${route}`, kind: SpanKind.SERVER, attributes }
}
