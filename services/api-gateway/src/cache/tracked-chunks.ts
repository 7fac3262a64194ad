import type { TrackedTable } from '@voiceassist/cache/postgres'

const name = 'public.kb_chunks'
const call = 'public.kb_chunks_cache_outbox()'
const events = [
  ['insert', 'referencing new table as changed'],
  ['update', 'referencing new table as changed old table as former'],
  ['delete', 'referencing old table as changed'],
] as const

/**
 * Changes of chunks, with triggers of migration 008: a row of the outbox for each document that a statement changes, where
 * `trackTable` would write one for each chunk of an import. No key or tag stands for a chunk: the cache of searches is told.
 */
export const trackedChunks: TrackedTable = {
  name,
  namespaces: ['rag_search', 'rag_document'],
  key: () => [],
  tags: () => [],
  up: `
create function ${call} returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $body$
begin
  if tg_op = 'TRUNCATE' then
    insert into public.cache_outbox (tracked, operation, namespaces) values ('${name}', tg_op, '{rag_search,rag_document}');
  else
    insert into public.cache_outbox (tracked, operation, namespaces, new_row)
      select '${name}', tg_op, '{rag_search,rag_document}', jsonb_build_object('document_id', document_id)
      from (select document_id from changed) documents group by document_id;
  end if;
  if tg_op = 'UPDATE' then
    insert into public.cache_outbox (tracked, operation, namespaces, new_row)
      select '${name}', tg_op, '{rag_search,rag_document}', jsonb_build_object('document_id', document_id)
      from (select document_id from former except select document_id from changed) documents;
  end if;
  perform pg_notify('cache_outbox', '');
  return null;
end$body$;
revoke all on function ${call} from public;
${events
  .map(
    ([event, tables]) => `
create trigger cache_outbox_${event} after ${event} on ${name} ${tables} for each statement execute function ${call};`,
  )
  .join('')}
create trigger cache_outbox_truncate after truncate on ${name} for each statement execute function ${call};
alter table ${name} enable always trigger cache_outbox_insert, enable always trigger cache_outbox_update,
  enable always trigger cache_outbox_delete, enable always trigger cache_outbox_truncate;`,
  down: `
drop trigger cache_outbox_insert on ${name};
drop trigger cache_outbox_update on ${name};
drop trigger cache_outbox_delete on ${name};
drop trigger cache_outbox_truncate on ${name};
drop function ${call};`,
}
