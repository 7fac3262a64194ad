import {
  flagChangeQuery,
  flagNameParams,
  flagPageQuery,
  flagScopeQuery,
  flagSegment,
  flagSegmentPage,
  noBody,
  putSegmentRequest,
} from '@voiceassist/api-contract'
import { Type } from 'typebox'
import { userActorOf } from '../plugins/request-actor.js'
import type { FlagSegmentsService } from '../services/flags/flag-segments.service.js'
import { segmentView } from './flag-view.js'
import { expectedRevisions, tagWith } from './if-match.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['feature flags']
const config = { access: 'admin' } as const
const read = { access: 'viewer' } as const

export const flagSegmentRoutes: RoutePlugin<{ readonly segments: FlagSegmentsService }> = async (
  app,
  { segments },
) => {
  app.get(
    '/feature-flag-segments',
    {
      config: read,
      schema: {
        tags,
        summary: 'Segments of an environment, by name',
        querystring: flagPageQuery,
        response: { 200: flagSegmentPage },
      },
    },
    async request => {
      const { items, nextCursor } = await segments.list(request.query)
      return { items: items.map(segmentView), nextCursor }
    },
  )

  app.get(
    '/feature-flag-segments/:name',
    {
      config: read,
      schema: {
        tags,
        summary: 'A segment',
        params: flagNameParams,
        querystring: flagScopeQuery,
        response: { 200: flagSegment },
      },
    },
    async (request, reply) => {
      const found = await segments.read(request.params.name, request.query)
      tagWith(reply, found.revision)
      return segmentView(found)
    },
  )

  app.put(
    '/feature-flag-segments/:name',
    {
      config,
      schema: {
        tags,
        summary: 'Make a segment, or put another in its place',
        description: 'In the place of one that there is only with If-Match.',
        params: flagNameParams,
        querystring: flagChangeQuery,
        body: putSegmentRequest,
        response: { 200: flagSegment, 201: flagSegment },
      },
    },
    async (request, reply) => {
      const options = { ...request.query, expected: expectedRevisions(request) }
      const { name } = request.params
      const { segment, created } = await segments.put(userActorOf(request), name, request.body, options)
      tagWith(reply, segment.revision)
      return reply.status(created ? 201 : 200).send(segmentView(segment))
    },
  )

  app.delete(
    '/feature-flag-segments/:name',
    {
      config,
      schema: {
        tags,
        summary: 'Delete a segment that nothing names',
        params: flagNameParams,
        querystring: flagChangeQuery,
        body: noBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const options = { ...request.query, expected: expectedRevisions(request) }
      await segments.remove(userActorOf(request), request.params.name, options)
      return reply.status(204).send(null)
    },
  )
}
