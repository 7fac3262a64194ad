import type { Migration } from 'kysely'
import { users } from './001-users.js'
import { sessions } from './002-sessions.js'
import { knowledgeBase } from './003-knowledge-base.js'
import { auditAndFlags } from './004-audit-and-flags.js'
import { addPerformanceIndexes } from './005-performance-indexes.js'
import { cacheOutbox } from './006-cache-outbox.js'
import { featureFlags } from './007-feature-flags.js'
import { rag } from './008-rag.js'
import { accountsAndAudit } from './009-accounts-and-audit.js'
import type { MigrationContext } from './migration-context.js'

export interface ListedMigration extends Migration {
  /** False: its statements cannot run in a transaction, so each of them can be repeated. */
  readonly transactional: boolean
}

/** Every migration under its name, in their order. Numbers are never given anew. */
export function allMigrations(context: MigrationContext): Record<string, ListedMigration> {
  return {
    '001_users': { ...users(), transactional: true },
    '002_sessions': { ...sessions(), transactional: true },
    '003_knowledge_base': { ...knowledgeBase(context), transactional: true },
    '004_audit_and_flags': { ...auditAndFlags(), transactional: true },
    '005_add_performance_indexes': {
      ...addPerformanceIndexes(context),
      transactional: !context.concurrently,
    },
    '006_cache_outbox': { ...cacheOutbox(), transactional: true },
    '007_feature_flags': { ...featureFlags(), transactional: true },
    '008_rag': { ...rag(), transactional: true },
    '009_accounts_and_audit': { ...accountsAndAudit(), transactional: true },
  }
}
