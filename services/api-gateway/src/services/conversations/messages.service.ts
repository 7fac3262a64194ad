import { type Clock, systemClock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { AnswerWriter } from '../../answers/answer-writer.js'
import type { UserActor } from '../../audit/actor.js'
import type { ReadAudit } from '../../audit/read-audit.js'
import { inTransaction } from '../../db/held-transaction.js'
import type { Database, Retrieval } from '../../db/schema.js'
import { GatewayError, type GatewayErrorCode } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import { decodeCursor, encodeCursor } from '../../repositories/keyset-cursor.js'
import {
  findAnswer,
  findMessage,
  findOwnAnswer,
  keepFeedback,
} from '../../repositories/messages.repository.js'
import { findSession } from '../../repositories/sessions.repository.js'
import type { SearchService } from '../search-port.js'
import { type ConversationReads, storedConversations } from './conversation-reads.js'
import type { AnswerTiming, Message, MessagesService, PostedMessage } from './messages-port.js'
import { noSuchSession } from './no-such-session.js'
import { SharedAnswers } from './shared-answers.js'
import { keepAnswer, keepMessage, messageOf, sessionResource } from './stored-messages.js'

export type * from './messages-port.js'

export interface MessagesServiceOptions {
  readonly db: Kysely<Database>
  readonly search: SearchService
  readonly answers: AnswerWriter
  /** By which answers are timed. Default: the system's. */
  readonly clock?: Clock
  readonly reads: ReadAudit
  /** Default: as the database has them. */
  readonly conversations?: ConversationReads
  /** Told of passages of another question that did not help. */
  readonly onWrongReuse?: (reuse: NonNullable<Retrieval['reuse']>) => Promise<void>
}

interface Answered {
  readonly answer: Message
  /** Of an answer that is new. */
  readonly timing?: Omit<AnswerTiming, 'totalMs'>
}

export function createMessagesService({
  db,
  search,
  answers,
  clock = systemClock,
  reads,
  conversations = storedConversations(db),
  onWrongReuse = async () => {},
}: MessagesServiceOptions): MessagesService {
  /** A repeat that comes while the first attempt is answering waits for it. */
  const answering = new SharedAnswers<Answered>()

  async function answerTo(
    actor: UserActor,
    message: Message,
    topK: number,
    progress: Parameters<Parameters<typeof answering.join>[2]>[0],
  ): Promise<Answered> {
    const stored = await findAnswer(db, message.id)
    if (stored) return { answer: messageOf(stored) }
    const query = { query: message.content, topK, scoreThreshold: 0 }
    const {
      hits: passages,
      timing,
      ...retrieval
    } = await search.search(query, {
      signal: progress.signal,
      asker: actor,
    })
    const writingFromMs = clock.monotonic()
    const answer = await answers.write({ question: message.content, asker: actor, passages, ...progress })
    const writingMs = clock.monotonic() - writingFromMs
    progress.signal.throwIfAborted()
    const kept = await inTransaction(db, transaction =>
      keepAnswer(transaction, actor, message, { ...answer, retrieval }),
    )
    await conversations.changed({ id: message.sessionId, userId: actor.userId })
    return { answer: messageOf(kept), timing: { ...timing, writingMs } }
  }

  async function keepOrRefuse(actor: UserActor, sessionId: string, posted: PostedMessage) {
    const resource = sessionResource(sessionId)
    try {
      const kept = await inTransaction(db, transaction => keepMessage(transaction, actor, sessionId, posted))
      if (kept.created) await conversations.changed({ id: sessionId, userId: actor.userId })
      else
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
    async post(actor, sessionId, posted, follower) {
      const startedMs = clock.monotonic()
      const { row, created } = await keepOrRefuse(actor, sessionId, posted)
      const message = messageOf(row)
      follower.onStored?.(message)
      const { answer, timing } = await answering.join(message.id, follower, progress =>
        answerTo(actor, message, posted.topK, progress),
      )
      const totalMs = clock.monotonic() - startedMs
      return { message, created, answer, timing: timing && { ...timing, totalMs } }
    },

    async read(actor, sessionId, messageId) {
      const session = await findSession(db, { id: sessionId, userId: actor.userId })
      const row = session && (await findMessage(db, { sessionId, id: messageId }))
      await reads.record(actor, {
        action: 'message.read',
        resource: sessionResource(sessionId),
        details: { messageId },
        ...(row ? {} : { error: 'NOT_FOUND' }),
      })
      if (!session) throw noSuchSession()
      if (!row) throw new GatewayError('NOT_FOUND', 'There is no such message')
      return messageOf(row)
    },

    async feedback(actor, messageId, feedback) {
      const answer = await findOwnAnswer(db, { id: messageId, userId: actor.userId })
      const entry = { action: 'message.feedback', details: { messageId, helpful: feedback.helpful } } as const
      if (!answer) {
        await reads.record(actor, { ...entry, error: 'NOT_FOUND' })
        throw new GatewayError('NOT_FOUND', 'There is no such answer')
      }
      await inTransaction(db, async transaction => {
        await keepFeedback(transaction, messageId, feedback)
        await recordAudit(transaction, actor, { ...entry, resource: sessionResource(answer.session_id) })
      })
      const reuse = answer.retrieval?.reuse
      if (reuse && !feedback.helpful && answer.feedback?.helpful !== false) await onWrongReuse(reuse)
    },

    async list(actor, sessionId, { limit, cursor, order }) {
      const session = { id: sessionId, userId: actor.userId }
      const resource = sessionResource(sessionId)
      const scope = `messages:${session.id}`
      const after = cursor === undefined ? undefined : () => decodeCursor(cursor, scope).at
      const rows = await conversations.listMessages(session, { limit: limit + 1, order, after })
      if (!rows) {
        await reads.record(actor, { action: 'message.list', resource, error: 'NOT_FOUND' })
        throw noSuchSession()
      }
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
