import { noQuery, overview } from '@voiceassist/api-contract'
import type { Clock } from '@voiceassist/kernel'
import { GatewayError } from '../errors.js'
import type { Figures } from '../metrics/figures.js'
import { LiveOverview } from '../overview/live-overview.js'
import { principalOf } from '../plugins/route-access.js'
import type { StreamTickets } from '../services/accounts/stream-tickets.js'
import { OpenStreams } from '../streams/open-streams.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['console']

/** The first event alone has some hundred kilobytes. */
const limits = { maxStreams: 50, maxWaitingBytes: 2 ** 20 } as const

export interface OverviewRoutesOptions {
  /** Undefined: nothing is counted. */
  readonly figures: Figures | undefined
  readonly tickets: Pick<StreamTickets, 'isAlive'>
  readonly clock: Clock
}

/** The dashboard's figures without Prometheus: of this gateway, and of the last minutes. */
export const overviewRoutes: RoutePlugin<OverviewRoutesOptions> = async (
  app,
  { figures, tickets, clock },
) => {
  const streams = new OpenStreams({ tickets, clock, ...limits })
  const live =
    figures &&
    new LiveOverview({ figures, clock, onSample: (event, data) => streams.send(eventOf(event, data)) })
  app.addHook('onListen', async () => {
    live?.start()
    streams.start()
  })
  app.addHook('preClose', async () => {
    live?.close()
    streams.close()
  })
  const now = () => {
    if (!live)
      throw new GatewayError('METRICS_DISABLED', 'The gateway was started with METRICS_ENABLED=false')
    return live.overview()
  }

  app.get(
    '/overview',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'The figures of the dashboard, of the last fifteen minutes',
        querystring: noQuery,
        response: { 200: overview },
      },
    },
    async () => now(),
  )

  app.get(
    '/overview/stream',
    {
      config: { access: 'admin', openEnded: true },
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: 'The figures of the dashboard as they come',
        description:
          'Server-sent events: `overview` first, and again whenever a panel’s series become others; `sample` for each sample. A stream ends with its login.',
        querystring: noQuery,
      },
    },
    async (request, reply) => {
      const stream = streams.open(principalOf(request), eventOf('overview', now()))
      return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream)
    },
  )
}

function eventOf(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
