import { liveness, noQuery, readiness } from '@voiceassist/api-contract'
import type { Clock } from '@voiceassist/kernel'
import type { RoutePlugin } from './route-plugin.js'

export interface HealthCheck {
  readonly name: string
  /** Rejects when the part is down. */
  check(): Promise<void>
  /** True: the gateway does its work without the part, and stays ready. */
  readonly dispensable?: boolean
}

type State = 'ok' | 'degraded' | 'down'

const tags = ['health']
const config = { access: 'public' } as const
const checkTimeoutMs = 2000

export interface HealthRoutesOptions {
  readonly checks: readonly HealthCheck[]
  readonly clock: Clock
}

export const healthRoutes: RoutePlugin<HealthRoutesOptions> = async (app, { checks, clock }) => {
  const stateOf = createProbe(clock)

  app.get(
    '/live',
    {
      config,
      schema: { tags, summary: 'The process answers', querystring: noQuery, response: { 200: liveness } },
    },
    async () => ({ status: 'ok' as const }),
  )

  app.get(
    '/ready',
    {
      config,
      schema: {
        tags,
        summary: 'All parts answer',
        description:
          '503 with the same body when one is down. Without a part that is `degraded` the gateway works, more slowly.',
        querystring: noQuery,
        response: { 200: readiness, 503: readiness },
      },
    },
    async (_request, reply) => {
      const states = await Promise.all(checks.map(async check => [check.name, await stateOf(check)] as const))
      const found = new Set(states.map(([, state]) => state))
      const status = (['down', 'degraded', 'ok'] as const).find(state => found.has(state)) ?? 'ok'
      return reply.status(status === 'down' ? 503 : 200).send({ status, checks: Object.fromEntries(states) })
    },
  )
}

/** One probe of a part at a time, however many ask, and each asker waits a bounded time. */
function createProbe(clock: Clock): (check: HealthCheck) => Promise<State> {
  const underWay = new Map<string, Promise<State>>()
  return async check => {
    const failed: State = check.dispensable ? 'degraded' : 'down'
    const probe =
      underWay.get(check.name) ??
      Promise.resolve()
        .then(() => check.check())
        .then(
          (): State => 'ok',
          () => failed,
        )
        .finally(() => underWay.delete(check.name))
    underWay.set(check.name, probe)
    const answered = new AbortController()
    const timeout = clock.sleep(checkTimeoutMs, answered.signal).then(
      () => failed,
      () => failed,
    )
    const state = await Promise.race([probe, timeout])
    answered.abort()
    return state
  }
}
