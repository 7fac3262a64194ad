import { type Kysely, type Migration, sql } from 'kysely'
import type { MigrationContext } from './migration-context.js'

/** Each index under its name, with what it covers. Lists page by a time and, for ties, the id. */
export const performanceIndexes = {
  ix_users_last_login: 'users (last_login)',
  ix_users_active_last_login: 'users (is_active, last_login)',
  ix_sessions_user_created: 'sessions (user_id, created_at desc, id desc)',
  ix_sessions_created_at: 'sessions (created_at)',
  ix_sessions_ended_at: 'sessions (ended_at)',
  ix_messages_session_timestamp: 'messages (session_id, created_at)',
  ix_messages_timestamp: 'messages (created_at)',
  ix_messages_contains_phi: 'messages (created_at) where contains_phi',
  ix_audit_logs_user_timestamp: 'audit_logs (user_id, timestamp desc)',
  ix_audit_logs_action: 'audit_logs (action)',
  ix_audit_logs_action_timestamp: 'audit_logs (action, timestamp desc)',
  ix_audit_logs_request_id: 'audit_logs (request_id)',
  ix_feature_flags_name_enabled: 'feature_flags (name, enabled)',
  ix_feature_flags_enabled: 'feature_flags (enabled)',
  ix_kb_documents_created_id: 'kb_documents (created_at desc, id desc)',
  ix_kb_documents_source_created: 'kb_documents (source_type, created_at desc, id desc)',
} as const

export function addPerformanceIndexes({ concurrently }: MigrationContext): Migration {
  const mode = sql.raw(concurrently ? 'concurrently' : '')
  return {
    async up(db: Kysely<unknown>) {
      for (const [name, target] of Object.entries(performanceIndexes)) {
        // An interrupted concurrent build leaves an index that is kept up to date and never used.
        if (await isInvalid(db, name)) await sql`drop index ${mode} ${sql.ref(name)}`.execute(db)
        await sql`create index ${mode} if not exists ${sql.ref(name)} on ${sql.raw(target)}`.execute(db)
      }
    },
    async down(db: Kysely<unknown>) {
      for (const name of Object.keys(performanceIndexes).reverse())
        await sql`drop index ${mode} if exists ${sql.ref(name)}`.execute(db)
    },
  }
}

async function isInvalid(db: Kysely<unknown>, name: string): Promise<boolean> {
  const found = await sql`
    select 1 from pg_index where indexrelid = to_regclass(${name}) and not indisvalid limit 1`.execute(db)
  return found.rows.length > 0
}
