import {
  type OfrepRequest,
  ofrepBulkFailure,
  ofrepBulkQuery,
  ofrepBulkSuccess,
  ofrepEventsQuery,
  ofrepFailure,
  ofrepNotFound,
  ofrepParams,
  ofrepRequest,
  ofrepSuccess,
} from '@voiceassist/api-contract'
import type { CompiledSnapshot, EvaluationContext, FeatureFlags } from '@voiceassist/feature-flags'
import type { Clock } from '@voiceassist/kernel'
import { Type } from 'typebox'
import { GatewayError } from '../errors.js'
import { readyFlags } from '../flags/ready-flags.js'
import { RefetchStreams } from '../flags/refetch-streams.js'
import { maxContextBytes, sendOfrepError } from '../plugins/ofrep-errors.js'
import { principalOf } from '../plugins/route-access.js'
import type { StreamTickets } from '../services/accounts/stream-tickets.js'
import type { Principal } from '../services/accounts/token-verifier-port.js'
import { ofrepView } from './ofrep-view.js'
import type { RoutePlugin } from './route-plugin.js'
import { sendTagged } from './send-tagged.js'

const tags = ['flags']
const config = { access: 'user' } as const
const maxContextDepth = 32

export interface OfrepOptions {
  readonly flags: FeatureFlags
  readonly tickets: StreamTickets
  readonly clock: Clock
}

/** The OpenFeature Remote Evaluation Protocol, 0.3. Contexts are not logged, and not kept. */
export const ofrepRoutes: RoutePlugin<OfrepOptions> = async (app, { flags, tickets, clock }) => {
  app.setErrorHandler(sendOfrepError)
  const streams = new RefetchStreams({ flags, tickets, clock })
  app.addHook('onListen', async () => streams.start())
  app.addHook('preClose', async () => streams.close())

  app.post(
    '/evaluate/flags/:key',
    {
      config,
      bodyLimit: maxContextBytes,
      schema: {
        tags,
        summary: 'Evaluate a flag (OFREP)',
        params: ofrepParams,
        body: ofrepRequest,
        response: { 200: ofrepSuccess, 400: ofrepFailure, 404: ofrepNotFound },
      },
    },
    async (request, reply) => {
      const { key } = request.params
      const { snapshot, isStale } = readyFlags(flags)
      const context = contextOf(principalOf(request), request.body)
      const details = snapshot.evaluate(key, undefined, context, clock.now(), isStale)
      if (details.errorCode === 'FLAG_NOT_FOUND')
        return reply
          .status(404)
          .send({ key, errorCode: 'FLAG_NOT_FOUND', errorDetails: 'There is no such flag' })
      const view = ofrepView(details)
      return 'errorCode' in view ? reply.status(400).send(view) : view
    },
  )

  app.post(
    '/evaluate/flags',
    {
      config,
      bodyLimit: maxContextBytes,
      schema: {
        tags,
        summary: 'Evaluate all flags (OFREP)',
        description:
          'All that are not archived. The ETag is of these values for this context; with it in If-None-Match, the ' +
          'answer is 304 while they hold. `eventStreams` says where changes are told.',
        querystring: ofrepBulkQuery,
        body: ofrepRequest,
        response: { 200: ofrepBulkSuccess, 304: Type.Null(), 400: ofrepBulkFailure },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request)
      const context = contextOf(principal, request.body)
      await catchUp(flags, request.query.flagConfigEtag)
      const { snapshot, isStale } = readyFlags(flags)
      const ticket = await tickets.issue(principal)
      const body = {
        flags: evaluateAll(snapshot, context, clock.now(), isStale),
        metadata: { environment: flags.environment },
        eventStreams: [{ type: 'sse', endpoint: { requestUri: `/ofrep/v1/events?ticket=${ticket}` } }],
      }
      return sendTagged(request, reply, body, canonical(context))
    },
  )

  app.get(
    '/events',
    {
      config: { access: 'ticket', openEnded: true },
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: 'Be told when to evaluate again (OFREP)',
        description: 'Server-sent events. The URL, with its ticket, is what an evaluation of all flags gave.',
        querystring: ofrepEventsQuery,
      },
    },
    async (request, reply) => {
      const last = request.headers['last-event-id']
      const stream = streams.open(principalOf(request), typeof last === 'string' ? last : undefined)
      return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream)
    },
  )
}

/** Of another subject one could learn what overrides they have. @throws GatewayError FORBIDDEN, VALIDATION_FAILED. */
function contextOf({ userId, role }: Principal, { context }: OfrepRequest): EvaluationContext {
  if (role !== 'admin' && context.targetingKey !== userId)
    throw new GatewayError('FORBIDDEN', 'Only administrators evaluate for a targetingKey other than their id')
  if (!isWithin(context, maxContextDepth))
    throw new GatewayError('VALIDATION_FAILED', `context is more than ${maxContextDepth} levels deep`)
  return context as EvaluationContext
}

function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every(inner => isWithin(inner, levels - 1))
}

/** Another instance told the client of a revision that this one may not have yet. What is known is served if it fails. */
async function catchUp(flags: FeatureFlags, wanted: string | undefined): Promise<void> {
  const revision = flags.snapshot()?.revision ?? 0
  if (wanted !== undefined && Number(wanted) > revision) await flags.refresh().catch(() => {})
}

function evaluateAll(
  snapshot: CompiledSnapshot,
  context: EvaluationContext,
  nowMs: number,
  isStale: boolean,
) {
  return snapshot.names.map(name => ofrepView(snapshot.evaluate(name, undefined, context, nowMs, isStale)))
}

/** The order of attributes means nothing. */
function canonical(context: EvaluationContext): string {
  return JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1)))
}
