import { Readable } from 'node:stream'
import {
  createSessionRequest,
  idParams,
  noBody,
  noQuery,
  renameSessionRequest,
  type Session as SessionView,
  session,
  sessionExport,
  sessionListQuery,
  sessionPage,
} from '@voiceassist/api-contract'
import { Type } from 'typebox'
import { userActorOf } from '../plugins/request-actor.js'
import type { Session, SessionsService } from '../services/conversations/sessions.service.js'
import type { RoutePlugin } from './route-plugin.js'
import { exportText } from './session-export.js'

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
      const created = await sessions.create(userActorOf(request), request.body)
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
      const { items, nextCursor } = await sessions.list(userActorOf(request), request.query)
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
    async request => sessionView(await sessions.read(userActorOf(request), idOf(request))),
  )

  app.get(
    '/sessions/:id/export',
    {
      config,
      schema: {
        tags,
        summary: 'A session with all its messages, as a file',
        params: idParams,
        querystring: noQuery,
        response: { 200: sessionExport },
      },
    },
    async (request, reply) => {
      const { session, messages } = await sessions.export(userActorOf(request), idOf(request))
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="session-${session.id}.json"`)
        .send(Readable.from(exportText(sessionView(session), messages, request.log)) as never) // the type knows no streams
    },
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
    async request =>
      sessionView(await sessions.rename(userActorOf(request), idOf(request), request.body.title)),
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
    async request => sessionView(await sessions.end(userActorOf(request), idOf(request))),
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
      await sessions.remove(userActorOf(request), idOf(request))
      return reply.status(204).send(null)
    },
  )
}

function idOf({ params }: { readonly params: { id: string } }): string {
  return params.id.toLowerCase()
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
