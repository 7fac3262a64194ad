import type { Kysely, Transaction } from 'kysely'
import type { UserActor } from '../audit/actor.js'
import type { ReadAudit } from '../audit/read-audit.js'
import { inTransaction } from '../db/held-transaction.js'
import type { Citation, Database } from '../db/schema.js'
import { GatewayError, type GatewayErrorCode } from '../errors.js'
import { composeAnswer } from '../knowledge/compose-answer.js'
import { recordAudit } from '../repositories/audit-logs.repository.js'
import { decodeCursor, encodeCursor } from '../repositories/keyset-cursor.js'
import {
  findAnswer,
  findMessageByClientId,
  insertMessage,
  listMessages,
  type MessageRow,
} from '../repositories/messages.repository.js'
import { findSession, lockSession, takeMessageTime } from '../repositories/sessions.repository.js'
import type { SearchService } from './search-port.js'
import { noSuchSession } from './sessions.service.js'

export interface Message {
  readonly id: string
  readonly sessionId: string
  readonly role: 'user' | 'assistant'
  readonly content: string
  readonly parentMessageId: string | null
  readonly clientMessageId: string | null
  readonly citations: readonly Citation[]
  readonly createdAt: Date
}

export interface PostedMessage {
  readonly content: string
  readonly clientMessageId?: string | undefined
  /** Passages that are retrieved, 1 to 50. */
  readonly topK: number
}

export interface PostedPair {
  readonly message: Message
  readonly answer: Message
  /** False: the message was there before, by its clientMessageId. */
  readonly created: boolean
}

export interface MessagePage {
  readonly items: readonly Message[]
  readonly nextCursor: string | null
  readonly startCursor: string | null
  readonly endCursor: string | null
}

export interface MessagesService {
  /**
   * Stores a user's message, retrieves, and stores the answer. `onStored` is told as soon as the message is kept: it
   * is from then on, even if answering fails; posting it again with the same clientMessageId answers it.
   * @throws GatewayError NOT_FOUND, SESSION_ENDED, IDEMPOTENCY_CONFLICT, or what the search throws.
   */
  post(
    actor: UserActor,
    sessionId: string,
    posted: PostedMessage,
    onStored?: (message: Message) => void,
  ): Promise<PostedPair>
  /**
   * In the order of their writing or against it; limit 1 to 200. A cursor is the place of a message and serves both
   * orders. `nextCursor` is null when nothing more lies in this order; `endCursor` is there to ask again later.
   * @throws GatewayError NOT_FOUND, or VALIDATION_FAILED for a cursor that this session has not given.
   */
  list(
    actor: UserActor,
    sessionId: string,
    query: { readonly limit: number; readonly cursor?: string | undefined; readonly order: 'asc' | 'desc' },
  ): Promise<MessagePage>
}

/** What wrote an answer: quotations, composed without a language model. */
const extractive = 'extractive'

export function createMessagesService({
  db,
  search,
  reads,
}: {
  readonly db: Kysely<Database>
  readonly search: SearchService
  readonly reads: ReadAudit
}): MessagesService {
  /** A repeat that comes while the first attempt is answering waits for it. */
  const answering = new Map<string, Promise<Message>>()

  function answerOnce(actor: UserActor, message: Message, topK: number): Promise<Message> {
    const underWay = answering.get(message.id)
    if (underWay) return underWay
    const answer = answerTo(actor, message, topK).finally(() => answering.delete(message.id))
    answering.set(message.id, answer)
    return answer
  }

  async function answerTo(actor: UserActor, message: Message, topK: number): Promise<Message> {
    const stored = await findAnswer(db, message.id)
    if (stored) return messageOf(stored)
    const hits = await search.search({ query: message.content, topK, scoreThreshold: 0 })
    const { content, citations } = composeAnswer(message.content, hits)
    return inTransaction(db, async transaction => {
      const session = { id: message.sessionId, userId: actor.userId }
      if (!(await lockSession(transaction, session))) throw noSuchSession()
      const earlier = await findAnswer(transaction, message.id) // by another process, since we looked
      if (earlier) return messageOf(earlier)
      const row = await append(transaction, {
        ...unlinked(session.id, content),
        role: 'assistant',
        parent_message_id: message.id,
        citations: JSON.stringify(citations),
        model: extractive,
      })
      await recordAudit(transaction, actor, {
        action: 'message.answer',
        resource: sessionResource(session.id),
        details: { messageId: row.id, model: extractive },
      })
      return messageOf(row)
    })
  }

  async function keepOrRefuse(actor: UserActor, sessionId: string, posted: PostedMessage) {
    const resource = sessionResource(sessionId)
    try {
      const kept = await inTransaction(db, transaction => keep(transaction, actor, sessionId, posted))
      if (!kept.created)
        await reads.record(actor, { action: 'message.read', resource, details: { messageId: kept.row.id } })
      return kept
    } catch (error) {
      if (error instanceof GatewayError && error.status < 500)
        await reads.record(actor, {
          action: 'message.create',
          resource,
          error: error.code as GatewayErrorCode,
        })
      throw error
    }
  }

  return {
    async post(actor, sessionId, posted, onStored) {
      const { row, created } = await keepOrRefuse(actor, sessionId, posted)
      const message = messageOf(row)
      onStored?.(message)
      return { message, created, answer: await answerOnce(actor, message, posted.topK) }
    },

    async list(actor, sessionId, { limit, cursor, order }) {
      const session = { id: sessionId, userId: actor.userId }
      const resource = sessionResource(sessionId)
      if (!(await findSession(db, session))) {
        await reads.record(actor, { action: 'message.list', resource, error: 'NOT_FOUND' })
        throw noSuchSession()
      }
      const scope = `messages:${session.id}`
      const after = cursor === undefined ? undefined : decodeCursor(cursor, scope).at
      const rows = await listMessages(db, { sessionId: session.id, limit: limit + 1, order, after })
      const page = rows.slice(0, limit)
      await reads.record(actor, { action: 'message.list', resource, details: { count: page.length } })
      const placeOf = (row: (typeof rows)[number] | undefined) =>
        row ? encodeCursor({ at: row.exact_created_at, id: row.id }, scope) : null
      return {
        items: page.map(messageOf),
        nextCursor: rows.length > limit ? placeOf(page.at(-1)) : null,
        startCursor: placeOf(page[0]),
        endCursor: placeOf(page.at(-1)),
      }
    },
  }
}

async function keep(
  transaction: Transaction<Database>,
  actor: UserActor,
  sessionId: string,
  { content, clientMessageId }: PostedMessage,
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

function sessionResource(id: string) {
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
  }
}

async function append(
  transaction: Transaction<Database>,
  message: Omit<Parameters<typeof insertMessage>[1], 'created_at'>,
): Promise<MessageRow> {
  const created_at = await takeMessageTime(transaction, message.session_id)
  return insertMessage(transaction, { ...message, created_at })
}

function messageOf(row: MessageRow): Message {
  return {
    id: row.id,
    sessionId: row.session_id,
    role: row.role,
    content: row.content,
    parentMessageId: row.parent_message_id,
    clientMessageId: row.client_message_id,
    citations: row.citations,
    createdAt: row.created_at,
  }
}
