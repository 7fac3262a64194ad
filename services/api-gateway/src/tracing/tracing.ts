import type { FastifyPluginAsync } from 'fastify'
import type { Embedder } from '../embedding/embedder.js'
import type { SpanScope } from './span-scope.js'

/** Traces of requests and of what is done for them. Only `open-tracing.ts` loads what implements it. */
export interface Tracing {
  /** Gives each request its span; registered before all that works for a request. */
  readonly requests: FastifyPluginAsync
  /** The same embedder; its work for requests has spans. */
  embedder(embedder: Embedder): Embedder
  /** Sends what waits to be sent, for `flushMs` at most; afterwards there are no spans. */
  close(): Promise<void>
}

/** Within it comes a gateway's last export too. */
export const flushMs = 3000

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent: there are no traces. */
    trace?: SpanScope | undefined
  }
}
