import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { SpanKind, type TextMapPropagator } from '@opentelemetry/api'
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions'
import { errorType } from './error-type.js'
import type { SpanScope, SpanScopes } from './span-scope.js'

/** What Node's fetch tells of a request (undici's diagnostics channels). */
interface FetchRequest {
  readonly origin: string
  readonly path: string
  readonly method: string
  addHeader(name: string, value: string): void
}
interface FetchMessage {
  readonly request: FetchRequest
  readonly response?: { readonly statusCode: number }
  readonly error?: unknown
}
interface Call {
  readonly scope: SpanScope
  status: number | undefined
}

const defaultPorts: Record<string, number> = { 'http:': 80, 'https:': 443 }

/**
 * A span for each call by `fetch` that is made for a request, to the embeddings server or the language model, and the
 * headers that let the server go on with the trace; until the returned function is called.
 */
export function outgoingSpans(scopes: SpanScopes, propagator: TextMapPropagator): () => void {
  const calls = new WeakMap<FetchRequest, Call>()
  const listeners = {
    create({ request }: FetchMessage) {
      const within = scopes.current()
      if (!within) return
      const scope = within.begin(factsOf(request))
      calls.set(request, { scope, status: undefined })
      propagator.inject(scope.outgoing, request, { set: (to, name, value) => to.addHeader(name, value) })
    },
    headers({ request, response }: FetchMessage) {
      const call = calls.get(request)
      if (!call || !response) return
      call.status = response.statusCode
      call.scope.set(ATTR_HTTP_RESPONSE_STATUS_CODE, response.statusCode)
    },
    trailers({ request }: FetchMessage) {
      const call = calls.get(request)
      call?.scope.end(failureOf(call))
    },
    error({ request, error }: FetchMessage) {
      const call = calls.get(request)
      if (!call) return
      // Who has read what it wanted of an answer leaves the rest.
      const isLeft = call.status !== undefined && (error as Error | undefined)?.name === 'AbortError'
      call.scope.end(isLeft ? failureOf(call) : errorType(error))
    },
  }
  const subscriptions = Object.entries(listeners).map(([event, listener]) => {
    const listen = (message: unknown) => listener(message as FetchMessage)
    const name = `undici:request:${event}`
    subscribe(name, listen)
    return () => unsubscribe(name, listen)
  })
  return () => {
    for (const end of subscriptions) end()
  }
}

function factsOf({ origin, path, method }: FetchRequest) {
  const { protocol, hostname, port } = new URL(origin)
  const attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_SERVER_ADDRESS]: hostname,
    [ATTR_SERVER_PORT]: port === '' ? (defaultPorts[protocol] ?? 0) : Number(port),
    // The configured address; a query string may hold a key.
    [ATTR_URL_FULL]: `${origin}${path.split('?', 1)[0]}`,
  }
  return { name: method, kind: SpanKind.CLIENT, attributes }
}

function failureOf({ status }: Call): string | undefined {
  return status !== undefined && status >= 400 ? String(status) : undefined
}
