import {
  flagNameParams,
  flagScheduleParams,
  flagSchedulePreview,
  flagScopeQuery,
  noBody,
  scheduledFlagChange,
  scheduledFlagChanges,
  scheduleFlagRequest,
} from '@voiceassist/api-contract'
import { userActorOf } from '../plugins/request-actor.js'
import type { FlagScheduleService } from '../services/flags/flag-schedule.service.js'
import { scheduledView } from './flag-view.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['feature flags']
const config = { access: 'admin' } as const
const read = { access: 'viewer' } as const
const onFlag = { tags, params: flagNameParams, querystring: flagScopeQuery }
const onChange = { tags, params: flagScheduleParams, querystring: flagScopeQuery }

export const flagScheduleRoutes: RoutePlugin<{ readonly schedule: FlagScheduleService }> = async (
  app,
  { schedule },
) => {
  app.get(
    '/feature-flags/:name/schedule',
    {
      config: read,
      schema: {
        ...onFlag,
        summary: 'Scheduled changes of a feature flag, latest first',
        description: 'At most 200.',
        response: { 200: scheduledFlagChanges },
      },
    },
    async request => {
      const items = await schedule.list(request.params.name, request.query)
      return { items: items.map(scheduledView) }
    },
  )

  app.post(
    '/feature-flags/:name/schedule',
    {
      config,
      schema: {
        ...onFlag,
        summary: 'Schedule a change of a feature flag',
        description: 'Checked now, and again when it is made, within a second of its time.',
        body: scheduleFlagRequest,
        response: { 201: scheduledFlagChange },
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const made = await schedule.create(userActorOf(request), name, request.body, request.query)
      return reply.status(201).send(scheduledView(made))
    },
  )

  app.get(
    '/feature-flags/:name/schedule/:id/preview',
    {
      config: read,
      schema: {
        ...onChange,
        summary: 'What a scheduled change would make of the flag as it is now',
        response: { 200: flagSchedulePreview },
      },
    },
    async request => {
      const { name, id } = request.params
      const { change, before, after } = await schedule.preview(name, id, request.query)
      return { change: scheduledView(change), before, after }
    },
  )

  app.post(
    '/feature-flags/:name/schedule/:id/cancel',
    {
      config,
      schema: {
        ...onChange,
        summary: 'Cancel a scheduled change',
        body: noBody,
        response: { 200: scheduledFlagChange },
      },
    },
    async request => {
      const { name, id } = request.params
      return scheduledView(await schedule.cancel(userActorOf(request), name, id, request.query))
    },
  )
}
