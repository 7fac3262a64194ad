import { type Static, Type } from 'typebox'
import {
  cursor,
  filledText,
  nextCursor,
  nullable,
  strictObject,
  text,
  timestamp,
  uuid,
} from './schema-parts.js'
import { retrieval } from './search.schema.js'

export const citation = strictObject({
  documentId: uuid,
  chunkId: uuid,
  title: Type.String(),
  heading: Type.String(),
  text: Type.String({ description: 'Verbatim from the document' }),
  score: Type.Number({ minimum: 0, maximum: 1 }),
  start: Type.Integer({ description: 'UTF-16 code units into the document’s text' }),
  end: Type.Integer(),
})
export type Citation = Static<typeof citation>

export const message = strictObject({
  id: uuid,
  sessionId: uuid,
  role: Type.Enum(['user', 'assistant']),
  content: Type.String(),
  parentMessageId: nullable(
    Type.String({ format: 'uuid', description: 'Of an answer: the message it answers' }),
  ),
  clientMessageId: nullable(Type.String()),
  citations: Type.Array(citation),
  model: nullable(
    Type.String({ description: 'Of an answer: what wrote it, a model’s name or `extractive`' }),
  ),
  containsPhi: Type.Boolean({
    description:
      'The content holds a number, address or birth date that identifies a person; names are not looked for',
  }),
  retrieval: nullable(retrieval),
  createdAt: timestamp,
})
export type Message = Static<typeof message>

export const messageParams = strictObject({ id: uuid, messageId: uuid })
export type MessageParams = Static<typeof messageParams>

export const feedbackRequest = strictObject({
  helpful: Type.Boolean(),
  reason: Type.Optional(filledText(2000)),
})
export type FeedbackRequest = Static<typeof feedbackRequest>

export const postMessageRequest = strictObject({
  content: filledText(16_000),
  clientMessageId: Type.Optional(
    text(1, 100, {
      description:
        'The client’s own id of this message: a repeat with the same id and content stores nothing twice',
    }),
  ),
  topK: Type.Integer({ minimum: 1, maximum: 50, default: 5, description: 'Passages that are retrieved' }),
})
export type PostMessageRequest = Static<typeof postMessageRequest>

export const answerTiming = strictObject(
  {
    embeddingMs: Type.Number({
      description:
        'The question’s embedding; 0 where it was not waited for, as when the passages were cached',
    }),
    searchMs: Type.Number({ description: 'The rest of finding passages, in the database or the cache' }),
    writingMs: Type.Number({ description: 'Writing the answer, by a model or of quotations' }),
    totalMs: Type.Number({ description: 'From the request to the stored answer; the rest is storing' }),
  },
  { description: 'Where the time of an answer went, in milliseconds' },
)
export type AnswerTiming = Static<typeof answerTiming>

export const messageAndAnswer = strictObject(
  { message, answer: message, timing: Type.Optional(answerTiming) },
  { description: '`timing` is absent where the answer was there before' },
)
export type MessageAndAnswer = Static<typeof messageAndAnswer>

export const messageListQuery = strictObject({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  cursor: Type.Optional(cursor),
  order: Type.Enum(['asc', 'desc'], { default: 'asc', description: 'asc: oldest first; desc: newest first' }),
})
export type MessageListQuery = Static<typeof messageListQuery>

export const messagePage = strictObject({
  items: Type.Array(message),
  nextCursor,
  startCursor: nullable(Type.String({ description: 'Place of the first item; null: an empty page' })),
  endCursor: nullable(Type.String({ description: 'Place of the last item; null: an empty page' })),
})
export type MessagePage = Static<typeof messagePage>
