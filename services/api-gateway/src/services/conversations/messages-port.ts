import type { FallbackOutcome } from '../../answers/answer-outcome.js'
import type { UserActor } from '../../audit/actor.js'
import type { Citation, Feedback, Retrieval } from '../../db/schema.js'
import type { SearchTiming } from '../search-port.js'

export interface Message {
  readonly id: string
  readonly sessionId: string
  readonly role: 'user' | 'assistant'
  readonly content: string
  readonly parentMessageId: string | null
  readonly clientMessageId: string | null
  readonly citations: readonly Citation[]
  /** Of an answer: what wrote it, a model's name or 'extractive'. */
  readonly model: string | null
  /** Whether the content holds something that identifies a person; see `detectPhi`. */
  readonly containsPhi: boolean
  /** Of an answer: where its passages came from; null also for answers from before that was kept. */
  readonly retrieval: Retrieval | null
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
  /** Where the time of the answer went; undefined when it was there before. */
  readonly timing: AnswerTiming | undefined
}

/** Milliseconds. What `totalMs` has beyond the others is storing message and answer. */
export interface AnswerTiming extends SearchTiming {
  /** By a model, or of quotations. */
  readonly writingMs: number
  /** From the request to the stored answer. */
  readonly totalMs: number
}

export interface MessagePage {
  readonly items: readonly Message[]
  readonly nextCursor: string | null
  readonly startCursor: string | null
  readonly endCursor: string | null
}

/** Who waits for an answer, and follows its writing. */
export interface AnswerFollower {
  /** Aborted when the caller goes. An answer that nobody waits for any more is not written. */
  readonly signal: AbortSignal
  /** Told as soon as the message is kept. */
  onStored?(message: Message): void
  /** Told each further piece of the answer while a model writes it. */
  onDelta?(text: string): void
  /** Told that all pieces so far are void. */
  onReset?(reason: FallbackOutcome): void
}

export interface MessagesService {
  /**
   * Stores a user's message, retrieves, and stores the answer. Once the message is kept it stays, even if answering
   * fails or the caller goes; posting it again with the same clientMessageId answers it.
   * @throws GatewayError NOT_FOUND, SESSION_ENDED, IDEMPOTENCY_CONFLICT, or what the search throws; the signal's reason.
   */
  post(
    actor: UserActor,
    sessionId: string,
    posted: PostedMessage,
    follower: AnswerFollower,
  ): Promise<PostedPair>
  /**
   * What a user says of an answer of the own sessions, the last word counts. Where its passages were those of another
   * question and it did not help, they are not reused for the like again.
   * @throws GatewayError NOT_FOUND
   */
  feedback(actor: UserActor, messageId: string, feedback: Feedback): Promise<void>
  /** @throws GatewayError NOT_FOUND, also for a message of another session or in another user's. */
  read(actor: UserActor, sessionId: string, messageId: string): Promise<Message>
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
