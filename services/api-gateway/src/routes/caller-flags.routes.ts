import { type CallerFlag, callerFlag, callerFlags, flagParams, noQuery } from '@voiceassist/api-contract'
import type { FeatureFlags } from '@voiceassist/feature-flags'
import type { Clock } from '@voiceassist/kernel'
import { Type } from 'typebox'
import { GatewayError } from '../errors.js'
import { readyFlags } from '../flags/ready-flags.js'
import { principalOf } from '../plugins/route-access.js'
import type { Principal } from '../services/accounts/token-verifier-port.js'
import type { RoutePlugin } from './route-plugin.js'
import { sendTagged } from './send-tagged.js'

const tags = ['flags']
const config = { access: 'user' } as const

export interface CallerFlagsOptions {
  readonly flags: FeatureFlags
  readonly clock: Clock
}

/** The flags as they are for whoever asks: evaluated for their user id and role. */
export const callerFlagsRoutes: RoutePlugin<CallerFlagsOptions> = async (app, { flags, clock }) => {
  app.get(
    '/flags',
    {
      config,
      schema: {
        tags,
        summary: 'All flags, as they are for the caller',
        description: 'Those that are not archived. With an ETag, which If-None-Match takes.',
        querystring: noQuery,
        response: { 200: callerFlags, 304: Type.Null() },
      },
    },
    async (request, reply) => {
      const evaluate = evaluatorFor(principalOf(request))
      return sendTagged(request, reply, { items: readyFlags(flags).snapshot.names.map(evaluate) })
    },
  )

  app.get(
    '/flags/:name',
    {
      config,
      schema: {
        tags,
        summary: 'A flag, as it is for the caller',
        params: flagParams,
        querystring: noQuery,
        response: { 200: callerFlag, 304: Type.Null() },
      },
    },
    async (request, reply) =>
      sendTagged(request, reply, evaluatorFor(principalOf(request))(request.params.name)),
  )

  /** @throws GatewayError NOT_FOUND for a name that is not known. */
  function evaluatorFor({ userId, role }: Principal): (name: string) => CallerFlag {
    const { snapshot, isStale } = readyFlags(flags)
    const context = { targetingKey: userId, role }
    const nowMs = clock.now()
    return name => {
      const enabled = snapshot.isOn(name, context, nowMs)
      if (enabled === undefined) throw new GatewayError('NOT_FOUND', 'There is no such flag')
      const { value, variant, reason } = snapshot.evaluate(name, undefined, context, nowMs, isStale)
      return { name, enabled, value: value ?? null, variant: variant ?? null, reason }
    }
  }
}
