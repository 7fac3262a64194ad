import {
  feedbackRequest,
  idParams,
  message,
  messageAndAnswer,
  messageListQuery,
  messagePage,
  messageParams,
  noQuery,
  postMessageRequest,
} from '@voiceassist/api-contract'
import { Type } from 'typebox'
import { userActorOf } from '../plugins/request-actor.js'
import type { MessagesService } from '../services/conversations/messages.service.js'
import { goneSignal, sendEvents, wantsEvents } from './event-stream.js'
import { messageView } from './message-view.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['messages']
const config = { access: 'user' } as const

export const messageRoutes: RoutePlugin<{ readonly messages: MessagesService }> = async (
  app,
  { messages },
) => {
  app.get(
    '/sessions/:id/messages',
    {
      config,
      schema: {
        tags,
        summary: 'A session’s messages',
        description:
          'A cursor is the place of a message and serves both orders. `nextCursor` goes on in the order asked for ' +
          'and is null when there is no more. `startCursor` and `endCursor` are the places of the page’s first and ' +
          'last item: with order=asc, the place of the newest message known gives what came since.',
        params: idParams,
        querystring: messageListQuery,
        response: { 200: messagePage },
      },
    },
    async request => {
      const { items, ...cursors } = await messages.list(userActorOf(request), idOf(request), request.query)
      return { items: items.map(messageView), ...cursors }
    },
  )

  app.get(
    '/sessions/:id/messages/:messageId',
    {
      config,
      schema: {
        tags,
        summary: 'A message',
        params: messageParams,
        querystring: noQuery,
        response: { 200: message },
      },
    },
    async request => {
      const { messageId } = request.params
      return messageView(await messages.read(userActorOf(request), idOf(request), messageId.toLowerCase()))
    },
  )

  app.post(
    '/messages/:id/feedback',
    {
      config,
      schema: {
        tags,
        summary: 'Say whether an answer helped',
        description:
          'By who asked; the last word counts. Where the passages were those of a similar question (`retrieval.from`) and the ' +
          'answer did not help, they are taken out of the cache and not served for questions as far apart again.',
        params: idParams,
        querystring: noQuery,
        body: feedbackRequest,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { helpful, reason } = request.body
      const feedback = { helpful, ...(reason === undefined ? {} : { reason }) }
      await messages.feedback(userActorOf(request), idOf(request), feedback)
      return reply.status(204).send(null)
    },
  )

  app.post(
    '/sessions/:id/messages',
    {
      config,
      schema: {
        tags,
        summary: 'Ask',
        description:
          'Stores the message, retrieves passages, and stores an answer that cites them. 201: the message is new; ' +
          '200: it was there before under this clientMessageId, and this is the same pair. If answering fails or the ' +
          'caller goes, the message is kept, and posting it again with its clientMessageId answers it. With ' +
          '`Accept: text/event-stream`: the events `message`; `delta` with the `text` that comes next, while a model ' +
          'writes; `reset` with a `reason`, when all that came by `delta` is void; `answer`, which is what is stored; ' +
          '`timing`, for an answer that is new; `done`; or `error` with a problem. A reader too slow for `delta` gets no more of them.',
        params: idParams,
        querystring: noQuery,
        body: postMessageRequest,
        response: { 200: messageAndAnswer, 201: messageAndAnswer },
      },
    },
    async (request, reply) => {
      const actor = userActorOf(request)
      const id = idOf(request)
      const signal = goneSignal(reply)
      if (wantsEvents(request))
        return sendEvents(request, reply, async (emit, offer) => {
          const { answer, timing } = await messages.post(actor, id, request.body, {
            signal,
            onStored: stored => emit('message', messageView(stored)),
            onDelta: text => offer('delta', { text }),
            onReset: reason => emit('reset', { reason }),
          })
          emit('answer', messageView(answer))
          if (timing) emit('timing', timing)
        })
      const { message, answer, timing, created } = await messages.post(actor, id, request.body, { signal })
      return reply
        .status(created ? 201 : 200)
        .send({ message: messageView(message), answer: messageView(answer), ...(timing && { timing }) })
    },
  )
}

function idOf({ params }: { readonly params: { id: string } }): string {
  return params.id.toLowerCase()
}
