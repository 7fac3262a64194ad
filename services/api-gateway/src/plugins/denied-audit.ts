import fastifyPlugin from 'fastify-plugin'
import type { ReadAudit } from '../audit/read-audit.js'
import { actorOf } from './request-actor.js'

/** Audits what a known user was refused for its role. */
export const deniedAudit = fastifyPlugin<{ readonly reads: ReadAudit }>(async (app, { reads }) => {
  app.addHook('onError', async (request, _reply, error) => {
    if (request.principal && (error as { code?: string }).code === 'FORBIDDEN')
      await reads.record(actorOf(request), { action: 'access.denied', error: 'FORBIDDEN' })
  })
})
