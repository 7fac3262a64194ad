import { type Kysely, type Migration, sql } from 'kysely'

export function users(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await sql`
        create table users (
          id uuid primary key default gen_random_uuid(),
          email varchar(255) not null unique check (email = lower(email)),
          full_name varchar(255) not null default '',
          hashed_password text not null,
          role varchar(50) not null default 'user' check (role in ('user', 'viewer', 'admin')),
          is_active boolean not null default true,
          password_changed_at timestamptz not null default now(),
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          last_login timestamptz
        )`.execute(db)
      await sql`
        create table auth_sessions (
          id uuid primary key default gen_random_uuid(),
          user_id uuid not null references users (id) on delete cascade,
          created_at timestamptz not null default now(),
          expires_at timestamptz not null,
          revoked_at timestamptz
        )`.execute(db)
      await sql`create index auth_sessions_user_id on auth_sessions (user_id)`.execute(db)
      await sql`
        create table settings (
          key varchar(100) primary key,
          value jsonb not null,
          updated_at timestamptz not null default now()
        )`.execute(db)
    },
    async down(db: Kysely<unknown>) {
      await sql`drop table settings, auth_sessions, users`.execute(db)
    },
  }
}
