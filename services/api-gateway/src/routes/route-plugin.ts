import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

/** A resource's routes: HTTP and schemas; what they do is the service's. */
export type RoutePlugin<Options extends object> = FastifyPluginAsyncTypebox<Options>
