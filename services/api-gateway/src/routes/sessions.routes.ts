import {
  createSessionRequest,
  idParams,
  noBody,
  noQuery,
  renameSessionRequest,
  type Session as SessionView,
  session,
  sessionListQuery,
  sessionPage,
} from '@voiceassist/api-contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { principalOf } from '../plugins/route-access.js'
import type { OwnedSession } from '../repositories/sessions.repository.js'
import type { Session, SessionsService } from '../services/sessions.service.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['sessions']
const config = { access: 'user' } as const

export const sessionRoutes: RoutePlugin<{ readonly sessions: SessionsService }> = async (
  app,
  { sessions },
) => {
  app.post(
    '/sessions',
    {
      config,
      schema: {
        tags,
        summary: 'Begin a session',
        querystring: noQuery,
        body: createSessionRequest,
        response: { 201: session },
      },
    },
    async (request, reply) => {
      const created = await sessions.create(principalOf(request).userId, request.body)
      return reply.status(201).header('location', `/api/sessions/${created.id}`).send(sessionView(created))
    },
  )

  app.get(
    '/sessions',
    {
      config,
      schema: {
        tags,
        summary: 'Own sessions, newest first',
        querystring: sessionListQuery,
        response: { 200: sessionPage },
      },
    },
    async request => {
      const { items, nextCursor } = await sessions.list(principalOf(request).userId, request.query)
      return { items: items.map(sessionView), nextCursor }
    },
  )

  app.get(
    '/sessions/:id',
    {
      config,
      schema: {
        tags,
        summary: 'A session',
        params: idParams,
        querystring: noQuery,
        response: { 200: session },
      },
    },
    async request => sessionView(await sessions.read(ownedSession(request))),
  )

  app.patch(
    '/sessions/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Rename a session',
        params: idParams,
        querystring: noQuery,
        body: renameSessionRequest,
        response: { 200: session },
      },
    },
    async request => sessionView(await sessions.rename(ownedSession(request), request.body.title)),
  )

  app.post(
    '/sessions/:id/end',
    {
      config,
      schema: {
        tags,
        summary: 'End a session',
        description: 'It takes no more messages then. Ending it again changes nothing.',
        params: idParams,
        querystring: noQuery,
        body: noBody,
        response: { 200: session },
      },
    },
    async request => sessionView(await sessions.end(ownedSession(request))),
  )

  app.delete(
    '/sessions/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Delete a session with its messages',
        params: idParams,
        querystring: noQuery,
        body: noBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await sessions.remove(ownedSession(request))
      return reply.status(204).send(null)
    },
  )
}

/** The session of the path, as the caller's own. */
export function ownedSession(request: FastifyRequest & { readonly params: { id: string } }): OwnedSession {
  return { id: request.params.id.toLowerCase(), userId: principalOf(request).userId }
}

function sessionView(row: Session): SessionView {
  return {
    ...row,
    lastMessageAt: row.lastMessageAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  }
}
