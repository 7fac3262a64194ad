import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { AnswerTally } from '../answers/answer-tally.js'
import type { Answers } from '../answers/create-answers.js'
import type { ReadAudit } from '../audit/read-audit.js'
import type { Database } from '../db/schema.js'
import type { Embedder } from '../embedding/embedder.js'
import { type AuthService, createAuthService } from './accounts/auth.service.js'
import type { LoginLimits } from './accounts/login-limits.js'
import { type AuditService, createAuditService } from './audit.service.js'
import { createMessagesService, type MessagesService } from './conversations/messages.service.js'
import { createSessionsService, type SessionsService } from './conversations/sessions.service.js'
import { createDocumentsService } from './documents/documents.service.js'
import type { DocumentsService } from './documents/documents-port.js'
import { createSearchService } from './search.service.js'
import type { SearchService } from './search-port.js'

export interface Services {
  readonly auth: AuthService
  readonly sessions: SessionsService
  readonly messages: MessagesService
  readonly search: SearchService
  readonly documents: DocumentsService
  readonly audit: AuditService
  readonly reads: ReadAudit
  /** How the messages were answered. */
  readonly answerTally: AnswerTally
}

export interface ServicesOptions {
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly embedder: Embedder
  readonly answers: Pick<Answers, 'writer' | 'tally'>
  readonly reads: ReadAudit
  readonly tokenSecret: string
  readonly auditKey: () => string
  readonly loginLimits: LoginLimits
  readonly registrationOpen: boolean
  readonly maxDocumentBytes: number
}

/** The gateway's services on one database. A cache enters here, between a service and what it loads from. */
export function createServices({
  db,
  clock,
  embedder,
  answers,
  reads,
  tokenSecret,
  auditKey,
  loginLimits,
  registrationOpen,
  maxDocumentBytes,
}: ServicesOptions): Services {
  const search = createSearchService({ db, embedder })
  return {
    auth: createAuthService({ db, clock, tokenSecret, limits: loginLimits, registrationOpen }),
    sessions: createSessionsService({ db, reads }),
    messages: createMessagesService({ db, search, answers: answers.writer, reads }),
    search,
    documents: createDocumentsService({ db, embedder, maxDocumentBytes, clock }),
    audit: createAuditService({ db, clock, auditKey }),
    reads,
    answerTally: answers.tally,
  }
}
