import {
  flagChangeQuery,
  flagNameParams,
  flagOverride,
  flagOverridePage,
  flagPageQuery,
  idParams,
  noBody,
  putOverrideRequest,
  userFlagParams,
} from '@voiceassist/api-contract'
import { Type } from 'typebox'
import { userActorOf } from '../plugins/request-actor.js'
import type { FlagOverridesService } from '../services/flags/flag-overrides.service.js'
import { overrideView } from './flag-view.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['feature flags']
const config = { access: 'admin' } as const
const read = { access: 'viewer' } as const

export const flagOverrideRoutes: RoutePlugin<{ readonly overrides: FlagOverridesService }> = async (
  app,
  { overrides },
) => {
  app.get(
    '/feature-flags/:name/overrides',
    {
      config: read,
      schema: {
        tags,
        summary: 'Overrides of a feature flag, by user',
        params: flagNameParams,
        querystring: flagPageQuery,
        response: { 200: flagOverridePage },
      },
    },
    async request => {
      const { items, nextCursor } = await overrides.list({ flag: request.params.name }, request.query)
      return { items: items.map(overrideView), nextCursor }
    },
  )

  app.get(
    '/users/:id/flag-overrides',
    {
      config: read,
      schema: {
        tags,
        summary: 'Overrides of a user, by feature flag',
        params: idParams,
        querystring: flagPageQuery,
        response: { 200: flagOverridePage },
      },
    },
    async request => {
      const userId = request.params.id.toLowerCase()
      const { items, nextCursor } = await overrides.list({ userId }, request.query)
      return { items: items.map(overrideView), nextCursor }
    },
  )

  app.put(
    '/users/:id/flag-overrides/:name',
    {
      config,
      schema: {
        tags,
        summary: 'Serve a user something else than the flag’s rules say',
        description: 'A flag that is killed or archived serves off all the same.',
        params: userFlagParams,
        querystring: flagChangeQuery,
        body: putOverrideRequest,
        response: { 200: flagOverride },
      },
    },
    async request => {
      const { id, name } = request.params
      const actor = userActorOf(request)
      return overrideView(await overrides.put(actor, id.toLowerCase(), name, request.body, request.query))
    },
  )

  app.delete(
    '/users/:id/flag-overrides/:name',
    {
      config,
      schema: {
        tags,
        summary: 'Take a user’s override away',
        params: userFlagParams,
        querystring: flagChangeQuery,
        body: noBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id, name } = request.params
      await overrides.remove(userActorOf(request), id.toLowerCase(), name, request.query)
      return reply.status(204).send(null)
    },
  )
}
