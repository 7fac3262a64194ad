import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Database } from '#src/db/schema'

/** The moment that the seeded rows and the queries take for now. */
export const now = '2025-06-01T12:00:00Z'

export const rowCounts = {
  users: 10_000,
  sessions: 25_000,
  messages: 100_000,
  audit_logs: 50_000,
  kb_documents: 300,
  feature_flags: 600,
} as const

/** The id of row `n` of a table: the same at every run. */
export function idOf(table: keyof typeof rowCounts, n: number): string {
  const hash = createHash('md5').update(`${table}-${n}`).digest('hex')
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/**
 * Rows with the skew of a service in use: most users active and lately seen, most sessions ended, every user's few
 * sessions of a few messages, one message in seventy with PHI, a handful of actions of which one is half of all,
 * one flag in eight enabled. The same at every run.
 */
export async function seedTables(db: Kysely<Database>): Promise<void> {
  const ago = (days: string) => sql.raw(`timestamptz '${now}' - (${days}) * interval '1 day'`)
  const id = (table: string, n: string) => sql.raw(`md5('${table}-' || (${n}))::uuid`)
  const statements = [
    sql`select setseed(0.42)`,
    sql`insert into users (id, email, full_name, hashed_password, is_active, created_at, last_login)
      select ${id('users', 'n')}, 'user' || n || '@example.org', 'User ' || n, '$argon2id$' || repeat(md5(n::text), 3),
        n % 10 > 0, ${ago('400')}, case when n % 12 > 0 then ${ago('365 * random() ^ 2.5')} end
      from generate_series(1, ${rowCounts.users}::int) n`,
    sql`insert into sessions (id, user_id, title, created_at, ended_at)
      select ${id('sessions', 'n')}, ${id('users', '1 + floor(10000 * random() ^ 2)::int')}, 'Session ' || n,
        ${ago(`365.0 * (${rowCounts.sessions} - n) / ${rowCounts.sessions}`)},
        case when n % 30 > 0 or n < 20000 then ${ago(`365.0 * (${rowCounts.sessions} - n) / ${rowCounts.sessions} - 0.05`)} end
      from generate_series(1, ${rowCounts.sessions}::int) n`,
    sql`insert into messages (id, session_id, role, content, contains_phi, created_at)
      select ${id('messages', 'n')}, ${id('sessions', `1 + n / 4 % ${rowCounts.sessions}`)},
        case when n % 2 = 0 then 'user' else 'assistant' end, repeat(md5(n::text), 4 + n % 12), n % 70 = 0,
        ${ago(`365.0 * (${rowCounts.messages} - n) / ${rowCounts.messages}`)}
      from generate_series(1, ${rowCounts.messages}::int) n`,
    sql`insert into audit_logs (id, timestamp, user_id, user_role, action, request_id, endpoint, success, status_code)
      select ${id('audit_logs', 'n')}, ${ago(`365.0 * (${rowCounts.audit_logs} - n) / ${rowCounts.audit_logs}`)},
        ${id('users', '1 + floor(10000 * random() ^ 2)::int')}, 'user',
        (array['message.read', 'message.read', 'message.read', 'message.read', 'message.post', 'message.post',
          'session.create', 'login', 'document.read', 'login.refused'])[1 + n % 10],
        'request-' || n / 2, '/api/sessions', true, 200
      from generate_series(1, ${rowCounts.audit_logs}::int) n`,
    sql`insert into kb_documents (id, title, source_type, file_type, content_hash, content, chunk_count, word_count, created_at)
      select ${id('kb_documents', 'n')}, 'Document ' || n,
        (array['guideline', 'guideline', 'guideline', 'guideline', 'leaflet', 'leaflet', 'note', 'review'])[1 + n % 8],
        'md', repeat(md5(n::text), 2), repeat(md5(n::text) || ' ', 40), 5, 900, ${ago('n / 10.0')}
      from generate_series(1, ${rowCounts.kb_documents}::int) n`,
    sql`delete from feature_flags`,
    sql`insert into feature_flags (environment, name, description, enabled)
      select (array['development', 'staging', 'production'])[1 + n % 3], 'feature_' || n / 3,
        repeat('What it switches. ', 5), n % 8 = 0
      from generate_series(0, ${rowCounts.feature_flags}::int - 1) n`,
    sql`vacuum (analyze) users, sessions, messages, audit_logs, kb_documents, feature_flags`,
  ]
  await db.connection().execute(async connection => {
    for (const statement of statements) await statement.execute(connection)
  })
}
