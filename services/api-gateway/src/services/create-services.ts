import type { FeatureFlags } from '@voiceassist/feature-flags'
import type { Clock } from '@voiceassist/kernel'
import type { QueryProfiler } from '@voiceassist/query-profiler'
import type { Kysely } from 'kysely'
import type { AnswerTally } from '../answers/answer-tally.js'
import type { Answers } from '../answers/create-answers.js'
import type { ReadAudit } from '../audit/read-audit.js'
import { cachedConversations } from '../cache/cached-conversations.js'
import { cachedDocuments } from '../cache/cached-documents.js'
import { cachedLoginCheck } from '../cache/cached-login-check.js'
import type { GatewayCache } from '../cache/gateway-cache.js'
import { warmLoaders } from '../cache/warm-loaders.js'
import type { Database } from '../db/schema.js'
import type { Embedder } from '../embedding/embedder.js'
import type { FlagDecisions } from '../flags/flag-decisions.js'
import { type AuthService, createAuthService } from './accounts/auth.service.js'
import { createLoginCheck } from './accounts/login-check.js'
import type { LoginLimits } from './accounts/login-limits.js'
import { type AuditService, createAuditService } from './audit.service.js'
import { type CacheService, createCacheService } from './cache.service.js'
import { storedConversations } from './conversations/conversation-reads.js'
import { createMessagesService, type MessagesService } from './conversations/messages.service.js'
import { createSessionsService, type SessionsService } from './conversations/sessions.service.js'
import { createDocumentsService } from './documents/documents.service.js'
import type { DocumentsService } from './documents/documents-port.js'
import { createFlagAdmin, type FlagAdmin } from './flags/flag-admin.js'
import { createPerformanceService, type PerformanceService } from './performance.service.js'
import { createSearchService } from './search.service.js'
import type { SearchService } from './search-port.js'

export interface Services {
  readonly auth: AuthService
  readonly sessions: SessionsService
  readonly messages: MessagesService
  readonly search: SearchService
  readonly documents: DocumentsService
  readonly audit: AuditService
  readonly cache: CacheService
  readonly performance: PerformanceService
  readonly flagAdmin: FlagAdmin
  readonly reads: ReadAudit
  /** How the messages were answered. */
  readonly answerTally: AnswerTally
}

export interface ServicesOptions {
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly embedder: Embedder
  readonly answers: Pick<Answers, 'writer' | 'tally'>
  readonly gatewayCache: GatewayCache
  readonly profiler: QueryProfiler | undefined
  /** What this gateway evaluates by; absent: a command, which serves nobody. */
  readonly flags: FeatureFlags | undefined
  /** Whose flags are administered where a caller names no other environment. */
  readonly flagEnvironment: string
  readonly reads: ReadAudit
  readonly tokenSecret: string
  readonly auditKey: () => string
  readonly loginLimits: LoginLimits
  readonly decisions: FlagDecisions
  readonly maxDocumentBytes: number
}

/** The gateway's services on one database. The cache lies between them and what they load from. */
export function createServices({
  db,
  clock,
  embedder,
  answers,
  gatewayCache: gateway,
  profiler,
  flags,
  flagEnvironment,
  reads,
  tokenSecret,
  auditKey,
  loginLimits,
  decisions,
  maxDocumentBytes,
}: ServicesOptions): Services {
  const search = createSearchService({ db, embedder, clock, gateway, mayReuse: decisions.mayReuseSimilar })
  const storedReads = storedConversations(db)
  const conversations = cachedConversations(gateway, db, storedReads)
  const limits = loginLimits
  const stored = createLoginCheck({ db, clock, limits })
  const logins = cachedLoginCheck({ gateway, db, clock, limits, stored })
  const documents = createDocumentsService({ db, embedder, maxDocumentBytes, clock })
  return {
    auth: createAuthService({
      db,
      clock,
      tokenSecret,
      limits,
      registrationIsOpen: decisions.registrationIsOpen,
      logins,
    }),
    sessions: createSessionsService({ db, reads, conversations }),
    messages: createMessagesService({
      db,
      search,
      answers: answers.writer,
      clock,
      reads,
      conversations,
      onWrongReuse: async reuse => gateway.rag?.reject(reuse),
    }),
    search,
    documents: cachedDocuments(gateway, documents, tokenSecret),
    audit: createAuditService({ db, clock, auditKey }),
    cache: createCacheService({ gateway, db, loaders: warmLoaders(db, storedReads) }),
    performance: createPerformanceService(profiler),
    flagAdmin: createFlagAdmin({ db, clock, environment: flagEnvironment, flags }),
    reads,
    answerTally: answers.tally,
  }
}
