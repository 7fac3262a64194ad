import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database, Feedback, MessagesTable } from '../db/schema.js'
import { exactTime } from './keyset-cursor.js'

export type MessageRow = Selectable<MessagesTable>

export interface NewMessage {
  readonly session_id: string
  readonly role: 'user' | 'assistant'
  readonly content: string
  readonly parent_message_id: string | null
  readonly client_message_id: string | null
  readonly citations: string
  readonly model: string | null
  /** JSON. */
  readonly retrieval: string | null
  readonly contains_phi: boolean
  /** From `takeMessageTime`. */
  readonly created_at: string
}

export function insertMessage(transaction: Kysely<Database>, message: NewMessage): Promise<MessageRow> {
  return transaction.insertInto('messages').values(message).returningAll().executeTakeFirstOrThrow()
}

export function findMessage(
  db: Kysely<Database>,
  { sessionId, id }: { readonly sessionId: string; readonly id: string },
): Promise<MessageRow | undefined> {
  return db
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', id)
    .where('session_id', '=', sessionId)
    .limit(1)
    .executeTakeFirst()
}

export function findMessageByClientId(
  db: Kysely<Database>,
  sessionId: string,
  clientMessageId: string,
): Promise<MessageRow | undefined> {
  return db
    .selectFrom('messages')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('client_message_id', '=', clientMessageId)
    .limit(1)
    .executeTakeFirst()
}

export function findAnswer(db: Kysely<Database>, messageId: string): Promise<MessageRow | undefined> {
  return db
    .selectFrom('messages')
    .selectAll()
    .where('parent_message_id', '=', messageId)
    .limit(1)
    .executeTakeFirst()
}

/** An answer in one of the user's sessions. */
export function findOwnAnswer(
  db: Kysely<Database>,
  { id, userId }: { readonly id: string; readonly userId: string },
): Promise<MessageRow | undefined> {
  return db
    .selectFrom('messages')
    .innerJoin('sessions', 'sessions.id', 'messages.session_id')
    .selectAll('messages')
    .where('messages.id', '=', id)
    .where('messages.role', '=', 'assistant')
    .where('sessions.user_id', '=', userId)
    .limit(1)
    .executeTakeFirst()
}

export async function keepFeedback(db: Kysely<Database>, id: string, feedback: Feedback): Promise<void> {
  await db
    .updateTable('messages')
    .set({ feedback: JSON.stringify(feedback) })
    .where('id', '=', id)
    .execute()
}

export interface MessageListQuery {
  readonly sessionId: string
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** Only what lies behind this time, in the order asked for. */
  readonly after?: string | undefined
}

/** Within a session no two messages have the same time: see `takeMessageTime`. */
export function listMessages(
  db: Kysely<Database>,
  { sessionId, limit, order, after }: MessageListQuery,
): Promise<(MessageRow & { exact_created_at: string })[]> {
  return db
    .selectFrom('messages')
    .selectAll()
    .select(exactTime('created_at').as('exact_created_at'))
    .where('session_id', '=', sessionId)
    .$if(after !== undefined, query =>
      query.where('created_at', order === 'asc' ? '>' : '<', sql<Date>`${after}::timestamptz`),
    )
    .orderBy('created_at', order)
    .limit(limit)
    .execute()
}
