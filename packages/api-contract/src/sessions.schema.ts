import { type Static, Type } from 'typebox'
import { message } from './messages.schema.js'
import { cursor, filledText, nextCursor, nullable, strictObject, timestamp, uuid } from './schema-parts.js'

export const session = strictObject({
  id: uuid,
  title: nullable(Type.String()),
  messageCount: Type.Integer(),
  lastMessageAt: nullable(timestamp),
  createdAt: timestamp,
  updatedAt: timestamp,
  endedAt: nullable(timestamp),
})
export type Session = Static<typeof session>

const title = filledText(500)

export const createSessionRequest = strictObject({ title: Type.Optional(title) })
export type CreateSessionRequest = Static<typeof createSessionRequest>

export const renameSessionRequest = strictObject({ title })
export type RenameSessionRequest = Static<typeof renameSessionRequest>

export const sessionListQuery = strictObject({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  cursor: Type.Optional(cursor),
})
export type SessionListQuery = Static<typeof sessionListQuery>

/** Newest first. */
export const sessionPage = strictObject({ items: Type.Array(session), nextCursor })
export type SessionPage = Static<typeof sessionPage>

/** Messages oldest first. */
export const sessionExport = strictObject({ session, messages: Type.Array(message) })
export type SessionExport = Static<typeof sessionExport>
