import { type Kysely, sql } from 'kysely'
import type { performanceIndexes } from '#src/db/migrations/005-performance-indexes'
import type { Database } from '#src/db/schema'
import { listDocuments } from '#src/repositories/kb-documents.repository'
import { listMessages } from '#src/repositories/messages.repository'
import { listSessions } from '#src/repositories/sessions.repository'
import { idOf, now } from './seed-tables.js'

export type IndexName = keyof typeof performanceIndexes

export interface PurposeQuery {
  readonly index: IndexName
  /** What it is asked for, in a few words. */
  readonly purpose: string
  /** The gateway's own query where it has one. Of several statements, the first counts. */
  readonly run: (db: Kysely<Database>) => Promise<unknown>
}

const daysAgo = (days: number) => sql`timestamptz '${sql.raw(now)}' - ${days} * interval '1 day'`
const at = '2025-05-20T00:00:00.000000Z'
/** Each index of migration 005 with the queries that it exists for; several where one shows only a part. */
export const purposeQueries: readonly PurposeQuery[] = [
  {
    index: 'ix_users_last_login',
    purpose: 'daily users (DAU)',
    run: db => sql`select count(*) from users where last_login >= ${daysAgo(1)}`.execute(db),
  },
  {
    index: 'ix_users_last_login',
    purpose: 'monthly users (MAU)',
    run: db => sql`select count(*) from users where last_login >= ${daysAgo(30)}`.execute(db),
  },
  {
    index: 'ix_users_active_last_login',
    purpose: 'active users of a day',
    run: db => sql`select count(*) from users where is_active and last_login >= ${daysAgo(1)}`.execute(db),
  },
  {
    index: 'ix_users_active_last_login',
    purpose: 'disabled users seen lately',
    run: db =>
      sql`select id, email from users where not is_active and last_login >= ${daysAgo(7)} order by last_login limit 100`.execute(
        db,
      ),
  },
  {
    index: 'ix_sessions_user_created',
    purpose: 'a user’s sessions, first page',
    run: db => listSessions(db, { userId: idOf('users', 3), limit: 51 }),
  },
  {
    index: 'ix_sessions_user_created',
    purpose: 'a user’s sessions, next page',
    run: db =>
      listSessions(db, { userId: idOf('users', 3), limit: 51, after: { at, id: idOf('sessions', 9) } }),
  },
  {
    index: 'ix_sessions_created_at',
    purpose: 'the newest sessions',
    run: db => sql`select id, user_id, title from sessions order by created_at desc limit 50`.execute(db),
  },
  {
    index: 'ix_sessions_created_at',
    purpose: 'sessions begun in a week',
    run: db => sql`select count(*) from sessions where created_at >= ${daysAgo(7)}`.execute(db),
  },
  {
    index: 'ix_sessions_ended_at',
    purpose: 'sessions not ended',
    run: db => sql`select count(*) from sessions where ended_at is null`.execute(db),
  },
  {
    index: 'ix_sessions_ended_at',
    purpose: 'sessions ended in a day',
    run: db => sql`select id from sessions where ended_at >= ${daysAgo(1)}`.execute(db),
  },
  {
    index: 'ix_messages_session_timestamp',
    purpose: 'a session’s messages, oldest first',
    run: db => listMessages(db, { sessionId: idOf('sessions', 77), limit: 201, order: 'asc' }),
  },
  {
    index: 'ix_messages_session_timestamp',
    purpose: 'the page before',
    run: db => listMessages(db, { sessionId: idOf('sessions', 77), limit: 201, order: 'desc', after: at }),
  },
  {
    index: 'ix_messages_timestamp',
    purpose: 'messages of a day',
    run: db =>
      sql`select count(*) from messages where created_at >= ${daysAgo(2)} and created_at < ${daysAgo(1)}`.execute(
        db,
      ),
  },
  {
    index: 'ix_messages_contains_phi',
    purpose: 'PHI review, newest first',
    run: db =>
      sql`select id, session_id, created_at from messages where contains_phi order by created_at desc limit 50`.execute(
        db,
      ),
  },
  {
    index: 'ix_messages_contains_phi',
    purpose: 'PHI messages of a month',
    run: db =>
      sql`select count(*) from messages where contains_phi and created_at >= ${daysAgo(30)}`.execute(db),
  },
  {
    index: 'ix_audit_logs_user_timestamp',
    purpose: 'a user’s audit trail',
    run: db =>
      sql`select id, timestamp, action from audit_logs where user_id = ${idOf('users', 2)} order by timestamp desc limit 100`.execute(
        db,
      ),
  },
  {
    index: 'ix_audit_logs_action',
    purpose: 'how often an action happened',
    run: db => sql`select count(*) from audit_logs where action = ${'login.refused'}`.execute(db),
  },
  {
    index: 'ix_audit_logs_action_timestamp',
    purpose: 'an action’s newest entries',
    run: db =>
      sql`select id, timestamp, user_id from audit_logs where action = ${'login.refused'} order by timestamp desc limit 100`.execute(
        db,
      ),
  },
  {
    index: 'ix_audit_logs_action_timestamp',
    purpose: 'an action within a day',
    run: db =>
      sql`select count(*) from audit_logs where action = ${'login.refused'} and timestamp >= ${daysAgo(1)}`.execute(
        db,
      ),
  },
  {
    index: 'ix_audit_logs_request_id',
    purpose: 'all entries of a request',
    run: db =>
      sql`select id, timestamp, action from audit_logs where request_id = ${'request-4711'}`.execute(db),
  },
  {
    index: 'ix_feature_flags_name_enabled',
    purpose: 'a flag by name, in all environments',
    run: db => sql`select name, enabled from feature_flags where name = ${'feature_42'}`.execute(db),
  },
  {
    index: 'ix_feature_flags_enabled',
    purpose: 'the enabled flags',
    run: db => sql`select environment, name from feature_flags where enabled`.execute(db),
  },
  {
    index: 'ix_kb_documents_created_id',
    purpose: 'documents, newest first',
    run: db => listDocuments(db, { limit: 20 }),
  },
  {
    index: 'ix_kb_documents_source_created',
    purpose: 'documents of a source type',
    run: db => listDocuments(db, { limit: 20, sourceType: 'leaflet' }),
  },
]
