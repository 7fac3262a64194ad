import { type Kysely, type Migration, sql } from 'kysely'

export function sessions(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await sql`
        create table sessions (
          id uuid primary key default gen_random_uuid(),
          user_id uuid not null references users (id) on delete cascade,
          title varchar(500),
          message_count integer not null default 0,
          last_message_at timestamptz,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          ended_at timestamptz
        )`.execute(db)
      await sql`
        create table messages (
          id uuid primary key default gen_random_uuid(),
          session_id uuid not null references sessions (id) on delete cascade,
          role varchar(50) not null check (role in ('user', 'assistant')),
          content text not null,
          parent_message_id uuid unique references messages (id) on delete cascade,
          client_message_id varchar(100),
          citations jsonb not null default '[]',
          model varchar(100),
          contains_phi boolean not null default false,
          created_at timestamptz not null default now()
        )`.execute(db)
      await sql`
        create unique index messages_session_client_message on messages (session_id, client_message_id)
        where client_message_id is not null`.execute(db)
    },
    async down(db: Kysely<unknown>) {
      await sql`drop table messages, sessions`.execute(db)
    },
  }
}
