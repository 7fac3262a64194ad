import type { Transaction } from 'kysely'
import type { UserActor } from '../../audit/actor.js'
import type { Citation, Database, Retrieval } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import { containsPhi } from '../../phi/detect-phi.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import {
  findAnswer,
  findMessageByClientId,
  insertMessage,
  type MessageRow,
  type NewMessage,
} from '../../repositories/messages.repository.js'
import { lockSession, takeMessageTime } from '../../repositories/sessions.repository.js'
import type { Message, PostedMessage } from './messages-port.js'
import { noSuchSession } from './no-such-session.js'

/** Of the column. */
const maxModelLength = 100

/**
 * Stores a message unless it is there, by its clientMessageId.
 * @throws GatewayError NOT_FOUND, SESSION_ENDED or IDEMPOTENCY_CONFLICT.
 */
export async function keepMessage(
  transaction: Transaction<Database>,
  actor: UserActor,
  sessionId: string,
  { content, clientMessageId }: Pick<PostedMessage, 'content' | 'clientMessageId'>,
): Promise<{ row: MessageRow; created: boolean }> {
  const locked = await lockSession(transaction, { id: sessionId, userId: actor.userId })
  if (!locked) throw noSuchSession()
  const earlier =
    clientMessageId === undefined
      ? undefined
      : await findMessageByClientId(transaction, sessionId, clientMessageId)
  if (earlier) {
    if (earlier.content === content) return { row: earlier, created: false }
    throw new GatewayError(
      'IDEMPOTENCY_CONFLICT',
      'The clientMessageId was used for a message of other content',
      {
        field: 'clientMessageId',
      },
    )
  }
  if (locked.ended_at)
    throw new GatewayError('SESSION_ENDED', 'The session has ended and takes no more messages')
  const row = await append(transaction, {
    ...unlinked(sessionId, content),
    client_message_id: clientMessageId ?? null,
  })
  await recordAudit(transaction, actor, {
    action: 'message.create',
    resource: sessionResource(sessionId),
    details: { messageId: row.id },
  })
  return { row, created: true }
}

export interface NewAnswer {
  readonly content: string
  readonly citations: readonly Citation[]
  readonly model: string
  readonly retrieval: Retrieval
}

/** Stores the answer to a message, unless there is one: then that is given. @throws GatewayError NOT_FOUND. */
export async function keepAnswer(
  transaction: Transaction<Database>,
  actor: UserActor,
  to: { readonly id: string; readonly sessionId: string },
  { content, citations, model, retrieval }: NewAnswer,
): Promise<MessageRow> {
  if (!(await lockSession(transaction, { id: to.sessionId, userId: actor.userId }))) throw noSuchSession()
  const earlier = await findAnswer(transaction, to.id) // by another process, since we looked
  if (earlier) return earlier
  const row = await append(transaction, {
    ...unlinked(to.sessionId, content),
    role: 'assistant',
    parent_message_id: to.id,
    citations: JSON.stringify(citations),
    model: model.slice(0, maxModelLength),
    retrieval: JSON.stringify(retrieval),
  })
  await recordAudit(transaction, actor, {
    action: 'message.answer',
    resource: sessionResource(to.sessionId),
    details: { messageId: row.id, model },
  })
  return row
}

export function sessionResource(id: string) {
  return { type: 'session', id } as const
}

function unlinked(session_id: string, content: string) {
  return {
    session_id,
    content,
    role: 'user' as const,
    parent_message_id: null,
    client_message_id: null,
    citations: '[]',
    model: null,
    retrieval: null,
  }
}

async function append(
  transaction: Transaction<Database>,
  message: Omit<NewMessage, 'created_at' | 'contains_phi'>,
): Promise<MessageRow> {
  const created_at = await takeMessageTime(transaction, message.session_id)
  return insertMessage(transaction, { ...message, created_at, contains_phi: containsPhi(message.content) })
}

export function messageOf(row: MessageRow): Message {
  return {
    id: row.id,
    sessionId: row.session_id,
    role: row.role,
    content: row.content,
    parentMessageId: row.parent_message_id,
    clientMessageId: row.client_message_id,
    citations: row.citations,
    model: row.model,
    containsPhi: row.contains_phi,
    retrieval: row.retrieval ?? null, // a row that an older release has cached lacks it
    createdAt: row.created_at,
  }
}
