import { gatewayActor } from '@voiceassist/api-gateway/audit/actor'
import type { Database } from '@voiceassist/api-gateway/db/schema'
import type { Embedder } from '@voiceassist/api-gateway/embedding/embedder'
import { postgresFlagStore } from '@voiceassist/api-gateway/flags/postgres-flag-store'
import { findUserWithPassword } from '@voiceassist/api-gateway/repositories/users.repository'
import { createAuditService } from '@voiceassist/api-gateway/services/audit.service'
import { createMessagesService } from '@voiceassist/api-gateway/services/conversations/messages.service'
import { createDocumentsService } from '@voiceassist/api-gateway/services/documents/documents.service'
import { createSearchService } from '@voiceassist/api-gateway/services/search.service'
import { createFeatureFlags } from '@voiceassist/feature-flags'
import { systemClock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import { auditKey } from './fill-database.js'
import type { Keys } from './keys.js'

export const operationNames = ['login', 'history', 'flag', 'search', 'audit', 'documents'] as const
export type OperationName = (typeof operationNames)[number]

/** Does it with the key of that place; resolves to how many rows it got. */
export type Operation = (at: number) => Promise<number>
export type Operations = Readonly<Record<OperationName, Operation>>

export interface Pages {
  readonly history: number
  readonly audit: number
  readonly documents: number
}

export const seedPages: Pages = { history: 100, audit: 100, documents: 1000 }
export const search = { topK: 5, scoreThreshold: 0 } as const
export const environment = 'production'

const actor = { ...gatewayActor('bench'), role: 'user' } as const

/**
 * The gateway's own code without a cache, past HTTP: the repository of the log-in's look-up, and the services of the
 * others. That a read of messages is audited is left out, since those rows are written later; of the audit list it is in.
 */
export function operations(
  db: Kysely<Database>,
  keys: Keys,
  embedder: Embedder,
  pages: Pages = seedPages,
): Operations {
  const messages = createMessagesService({
    db,
    search: { search: notUsed },
    answers: { write: notUsed },
    reads: { record: async () => {} },
  })
  const audit = createAuditService({ db, clock: systemClock, auditKey: () => auditKey })
  const documents = createDocumentsService({ db, embedder, maxDocumentBytes: 1, clock: systemClock })
  const found = createSearchService({ db, embedder })
  const store = postgresFlagStore(db, { error: () => {} })
  return {
    login: async at => ((await findUserWithPassword(db, of(keys.emails, at))) ? 1 : 0),
    async history(at) {
      const { id, userId } = of(keys.sessions, at)
      const page = await messages.list({ ...actor, userId }, id, { limit: pages.history, order: 'asc' })
      return page.items.length
    },
    async flag(at) {
      await using flags = createFeatureFlags({ store, environment })
      await flags.isEnabled(of(keys.flags, at), { targetingKey: 'somebody' })
      return 1
    },
    search: async at => (await found.search({ query: of(keys.questions, at), ...search })).hits.length,
    audit: async at =>
      (await audit.list(actor, { userId: of(keys.auditUsers, at), limit: pages.audit })).items.length,
    documents: async () => (await documents.list({ limit: pages.documents })).items.length,
  }
}

export function of<Item>(items: readonly Item[], at: number): Item {
  return items[at % items.length]!
}

async function notUsed(): Promise<never> {
  throw new Error('no operation of the bench asks this')
}
