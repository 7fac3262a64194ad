import { type Kysely, type Migration, sql } from 'kysely'

export function accountsAndAudit(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await logins(db)
      // Others have no place in a list by time: JavaScript cannot write them, and text leaves out their era.
      await sql`
        alter table audit_logs add constraint audit_logs_timestamp_check
          check (timestamp >= '0001-01-01Z' and timestamp < '10000-01-01Z')`.execute(db)
      await insertOnly(db)
      await unsealed(db)
      await sql`
        create table deleted_users (
          user_id uuid primary key,
          pseudonym varchar(50) not null unique,
          deleted_at timestamptz not null default clock_timestamp()
        )`.execute(db)
      await sql`create index audit_logs_timestamp_id on audit_logs (timestamp, id)`.execute(db)
      await sql`create index audit_logs_resource on audit_logs (resource_id, timestamp)`.execute(db)
    },
    async down(db: Kysely<unknown>) {
      await sql`drop index audit_logs_resource, audit_logs_timestamp_id`.execute(db)
      await sql`drop table deleted_users`.execute(db)
      await sql`drop trigger audit_logs_enqueue on audit_logs`.execute(db)
      await sql`drop table audit_unsealed`.execute(db)
      await sql`drop trigger audit_logs_insert_only on audit_logs`.execute(db)
      await sql`drop trigger audit_chain_insert_only on audit_chain`.execute(db)
      await sql`drop function audit_enqueue, audit_refuse_change`.execute(db)
      await sql`alter table audit_logs drop constraint if exists audit_logs_timestamp_check`.execute(db)
      await sql`drop table login_throttle`.execute(db)
      await sql`delete from auth_sessions`.execute(db)
      await sql`
        alter table auth_sessions drop column refresh_hash, drop column last_used_at,
          alter column created_at set default now()`.execute(db)
      await sql`alter table users drop column not_before`.execute(db)
    },
  }
}

/** Logins from before have no refresh token; they would have ended within fifteen minutes. */
async function logins(db: Kysely<unknown>): Promise<void> {
  await sql`alter table users add column not_before timestamptz not null default 'epoch'`.execute(db)
  await sql`delete from auth_sessions`.execute(db)
  await sql`
    alter table auth_sessions
      add column refresh_hash bytea not null,
      add column last_used_at timestamptz not null,
      alter column created_at set default clock_timestamp()`.execute(db)
  await sql`
    create table login_throttle (
      key bytea primary key,
      failures integer not null,
      blocked_until timestamptz not null,
      updated_at timestamptz not null
    )`.execute(db)
  await sql`create index login_throttle_updated_at on login_throttle (updated_at)`.execute(db)
}

async function insertOnly(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audit_refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception '% on %: audit rows are only ever added', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
    end $$`.execute(db)
  for (const table of ['audit_logs', 'audit_chain'])
    await sql`
      create trigger ${sql.id(`${table}_insert_only`)} before update or delete or truncate on ${sql.id(table)}
        for each statement execute function audit_refuse_change()`.execute(db)
}

/** Which rows the sealer has yet to seal. A row that commits late is in it from then on, whatever its time. */
async function unsealed(db: Kysely<unknown>): Promise<void> {
  await sql`create table audit_unsealed (audit_id uuid primary key)`.execute(db)
  await sql`
    insert into audit_unsealed select id from audit_logs
    where id not in (select audit_id from audit_chain)`.execute(db)
  await sql`
    create function audit_enqueue() returns trigger language plpgsql as $$
    begin
      insert into audit_unsealed select id from inserted;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger audit_logs_enqueue after insert on audit_logs referencing new table as inserted
      for each statement execute function audit_enqueue()`.execute(db)
}
