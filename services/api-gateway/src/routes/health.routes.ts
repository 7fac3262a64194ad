import { liveness, noQuery, readiness } from '@voiceassist/api-contract'
import type { Clock } from '@voiceassist/kernel'
import type { RoutePlugin } from './route-plugin.js'

export interface HealthCheck {
  readonly name: string
  /** Rejects when the part is down. */
  check(): Promise<void>
}

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
        description: '503 with the same body when one is down.',
        querystring: noQuery,
        response: { 200: readiness, 503: readiness },
      },
    },
    async (_request, reply) => {
      const states = await Promise.all(checks.map(async check => [check.name, await stateOf(check)] as const))
      const ready = states.every(([, state]) => state === 'ok')
      return reply
        .status(ready ? 200 : 503)
        .send({ status: ready ? 'ok' : 'down', checks: Object.fromEntries(states) })
    },
  )
}

/** One probe of a part at a time, however many ask, and each asker waits a bounded time. */
function createProbe(clock: Clock): (check: HealthCheck) => Promise<'ok' | 'down'> {
  const underWay = new Map<string, Promise<'ok' | 'down'>>()
  return async check => {
    const probe =
      underWay.get(check.name) ??
      Promise.resolve()
        .then(() => check.check())
        .then(
          () => 'ok' as const,
          () => 'down' as const,
        )
        .finally(() => underWay.delete(check.name))
    underWay.set(check.name, probe)
    const answered = new AbortController()
    const timeout = clock.sleep(checkTimeoutMs, answered.signal).then(
      () => 'down' as const,
      () => 'down' as const,
    )
    const state = await Promise.race([probe, timeout])
    answered.abort()
    return state
  }
}
