import {
  idParams,
  type Message as MessageView,
  messageAndAnswer,
  messageListQuery,
  messagePage,
  noQuery,
  postMessageRequest,
} from '@voiceassist/api-contract'
import { userActorOf } from '../plugins/request-actor.js'
import type { Message, MessagesService } from '../services/messages.service.js'
import { sendEvents, wantsEvents } from './event-stream.js'
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

  app.post(
    '/sessions/:id/messages',
    {
      config,
      schema: {
        tags,
        summary: 'Ask',
        description:
          'Stores the message, retrieves passages, and stores an answer that quotes them. 201: the message is new; ' +
          '200: it was there before under this clientMessageId, and this is the same pair. If answering fails, the ' +
          'message is kept, and posting it again with its clientMessageId answers it. With ' +
          '`Accept: text/event-stream`: the events `message`, `answer`, `done`, or `error` with a problem.',
        params: idParams,
        querystring: noQuery,
        body: postMessageRequest,
        response: { 200: messageAndAnswer, 201: messageAndAnswer },
      },
    },
    async (request, reply) => {
      const actor = userActorOf(request)
      const id = idOf(request)
      if (wantsEvents(request))
        return sendEvents(request, reply, async emit => {
          const { answer } = await messages.post(actor, id, request.body, stored =>
            emit('message', messageView(stored)),
          )
          emit('answer', messageView(answer))
        })
      const { message, answer, created } = await messages.post(actor, id, request.body)
      return reply
        .status(created ? 201 : 200)
        .send({ message: messageView(message), answer: messageView(answer) })
    },
  )
}

function idOf({ params }: { readonly params: { id: string } }): string {
  return params.id.toLowerCase()
}

function messageView(message: Message): MessageView {
  return { ...message, citations: [...message.citations], createdAt: message.createdAt.toISOString() }
}
