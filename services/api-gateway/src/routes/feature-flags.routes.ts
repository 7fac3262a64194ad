import {
  createFlagRequest,
  explainedFlagChangeQuery,
  featureFlag,
  featureFlagPage,
  flagChangeQuery,
  flagListQuery,
  flagNameParams,
  flagScopeQuery,
  noBody,
  patchFlagRequest,
  toggleFlagRequest,
} from '@voiceassist/api-contract'
import { Type } from 'typebox'
import { userActorOf } from '../plugins/request-actor.js'
import type { FlagsService } from '../services/flags/flags.service.js'
import { flagView } from './flag-view.js'
import { expectedRevisions, tagWith } from './if-match.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['feature flags']
const config = { access: 'admin' } as const
const read = { access: 'viewer' } as const
const change = {
  tags,
  params: flagNameParams,
  querystring: explainedFlagChangeQuery,
  response: { 200: featureFlag },
}

/** Each answer with a flag has its revision as ETag; a change with `If-Match` is made only at that revision. */
export const featureFlagRoutes: RoutePlugin<{ readonly flags: FlagsService }> = async (app, { flags }) => {
  app.get(
    '/feature-flags',
    {
      config: read,
      schema: {
        tags,
        summary: 'Feature flags of an environment, by name',
        querystring: flagListQuery,
        response: { 200: featureFlagPage },
      },
    },
    async request => {
      const { items, nextCursor } = await flags.list(request.query)
      return { items: items.map(flagView), nextCursor }
    },
  )

  app.post(
    '/feature-flags',
    {
      config,
      schema: {
        tags,
        summary: 'Make a feature flag',
        description: 'The name alone makes a boolean flag that is off until it is toggled.',
        querystring: flagChangeQuery,
        body: createFlagRequest,
        response: { 201: featureFlag },
      },
    },
    async (request, reply) => {
      const made = await flags.create(userActorOf(request), request.body, request.query)
      tagWith(reply, made.revision)
      const location = `/api/admin/feature-flags/${made.name}?environment=${made.environment}`
      return reply.status(201).header('location', location).send(flagView(made))
    },
  )

  app.get(
    '/feature-flags/:name',
    {
      config: read,
      schema: {
        tags,
        summary: 'A feature flag',
        params: flagNameParams,
        querystring: flagScopeQuery,
        response: { 200: featureFlag },
      },
    },
    async (request, reply) => {
      const found = await flags.read(request.params.name, request.query)
      tagWith(reply, found.revision)
      return flagView(found)
    },
  )

  app.patch(
    '/feature-flags/:name',
    {
      config,
      schema: {
        ...change,
        summary: 'Change a feature flag',
        description: 'Needs If-Match with the ETag of the flag as it was read.',
        body: patchFlagRequest,
      },
    },
    async (request, reply) => {
      const options = { ...request.query, expected: expectedRevisions(request) }
      const changed = await flags.patch(userActorOf(request), request.params.name, request.body, options)
      tagWith(reply, changed.revision)
      return flagView(changed)
    },
  )

  app.post(
    '/feature-flags/:name/toggle',
    {
      config,
      schema: { ...change, summary: 'Enable or disable a feature flag', body: toggleFlagRequest },
    },
    async (request, reply) => {
      const options = { ...request.query, expected: expectedRevisions(request) }
      const { name } = request.params
      const changed = await flags.toggle(userActorOf(request), name, request.body?.enabled, options)
      tagWith(reply, changed.revision)
      return flagView(changed)
    },
  )

  const states = {
    kill: ['setKilled', true, 'Serve off to all, whatever else is set'],
    revive: ['setKilled', false, 'Serve again what the flag says'],
    archive: ['setArchived', true, 'Serve off to all, and keep the flag for its history'],
    unarchive: ['setArchived', false, 'Take a flag out of the archive'],
  } as const
  for (const [word, [call, state, summary]] of Object.entries(states))
    app.post(
      `/feature-flags/:name/${word}`,
      { config, schema: { ...change, summary, body: noBody } },
      async (request, reply) => {
        const options = { ...request.query, expected: expectedRevisions(request) }
        const changed = await flags[call](userActorOf(request), request.params.name, state, options)
        tagWith(reply, changed.revision)
        return flagView(changed)
      },
    )

  app.delete(
    '/feature-flags/:name',
    {
      config,
      schema: {
        ...change,
        summary: 'Delete an archived feature flag, with its overrides and schedule',
        description: 'Its history stays.',
        body: noBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const options = { ...request.query, expected: expectedRevisions(request) }
      await flags.remove(userActorOf(request), request.params.name, options)
      return reply.status(204).send(null)
    },
  )
}
