import { type Kysely, type Migration, sql } from 'kysely'
import { createEmbeddingIndex, embeddingType } from '../embedding-column.js'
import type { MigrationContext } from './migration-context.js'

export function knowledgeBase({ embedder }: MigrationContext): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await sql`create extension if not exists vector`.execute(db)
      await sql`
        create table kb_documents (
          id uuid primary key default gen_random_uuid(),
          source_key text unique,
          title varchar(500) not null,
          source_type varchar(100) not null,
          filename varchar(255),
          file_type varchar(20) not null,
          content_hash char(64) not null,
          content text not null,
          metadata jsonb not null default '{}',
          version integer not null default 1,
          chunk_count integer not null,
          word_count integer not null,
          created_by uuid references users (id) on delete set null,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now()
        )`.execute(db)
      await sql`create unique index kb_documents_content_hash on kb_documents (content_hash)`.execute(db)
      await sql`create index kb_documents_created_by on kb_documents (created_by)`.execute(db)
      await sql`
        create table kb_chunks (
          id uuid primary key default gen_random_uuid(),
          document_id uuid not null references kb_documents (id) on delete cascade,
          position integer not null,
          heading text not null,
          content text not null,
          start_offset integer not null,
          end_offset integer not null,
          word_count integer not null,
          title_terms text[] not null,
          heading_terms text[] not null,
          body_terms text[] not null,
          embedding ${embeddingType(embedder.dimensions)} not null,
          unique (document_id, position)
        )`.execute(db)
      await createEmbeddingIndex(embedder.dimensions).execute(db)
      await sql`create index kb_chunks_title_terms on kb_chunks using gin (title_terms)`.execute(db)
      await sql`create index kb_chunks_heading_terms on kb_chunks using gin (heading_terms)`.execute(db)
      await sql`create index kb_chunks_body_terms on kb_chunks using gin (body_terms)`.execute(db)
      await sql`insert into settings (key, value) values ('embedder', ${JSON.stringify(embedder)}::jsonb)`.execute(
        db,
      )
    },
    async down(db: Kysely<unknown>) {
      await sql`drop table kb_chunks, kb_documents`.execute(db)
      await sql`delete from settings where key = 'embedder'`.execute(db)
    },
  }
}
