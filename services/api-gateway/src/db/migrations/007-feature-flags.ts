import { type Kysely, type Migration, sql } from 'kysely'
import { trackedFlags } from '../../cache/tracked-tables.js'
import { flagLockKey } from '../flag-lock.js'

/** What every instance evaluates by; a change of one of them is a new revision of its environment. */
const evaluated = ['feature_flags', 'feature_flag_overrides', 'feature_flag_segments'] as const

export function featureFlags(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await tables(db)
      await revisions(db)
      await sql.raw(trackedFlags.up).execute(db)
      await ownFlagsOfProduction(db)
    },
    async down(db: Kysely<unknown>) {
      await sql.raw(trackedFlags.down).execute(db)
      for (const table of evaluated)
        for (const trigger of ['flags_lock', 'flags_revision', 'flags_deleted', 'flags_truncated'])
          await sql`drop trigger if exists ${sql.id(trigger)} on ${sql.id(table)}`.execute(db)
      await sql`drop table feature_flag_schedule, feature_flag_segments, feature_flag_environments`.execute(
        db,
      )
      await sql`
        drop function flags_lock(), flags_revision(), flags_deleted(), flags_truncated(), flags_next_revision(text),
          flags_revision_grows()`.execute(db)
      await sql`
        alter table feature_flags drop column killed, drop column variants, drop column targeting_rules,
          drop column default_variant, drop column rollout_percentage, drop column rollout_salt,
          drop column prerequisites, drop column owner, drop column expires_at, drop column revision`.execute(
        db,
      )
    },
  }
}

async function tables(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table feature_flags
      add column killed boolean not null default false,
      add column variants jsonb not null default '[]',
      add column targeting_rules jsonb not null default '[]',
      add column default_variant varchar(255),
      add column rollout_percentage numeric(5, 2) check (rollout_percentage between 0 and 100),
      add column rollout_salt varchar(255) not null default '',
      add column prerequisites jsonb not null default '[]',
      add column owner varchar(255),
      add column expires_at timestamptz,
      add column revision bigint not null default 1`.execute(db)
  await sql`
    create table feature_flag_environments (
      environment varchar(50) primary key,
      revision bigint not null
    )`.execute(db)
  await sql`
    insert into feature_flag_environments select distinct environment, 1 from feature_flags`.execute(db)
  await sql`
    create table feature_flag_segments (
      environment varchar(50) not null,
      name varchar(255) not null,
      description text not null default '',
      condition jsonb,
      included jsonb not null default '[]',
      excluded jsonb not null default '[]',
      revision bigint not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (environment, name)
    )`.execute(db)
  await sql`
    create table feature_flag_schedule (
      id uuid primary key default gen_random_uuid(),
      environment varchar(50) not null,
      flag_name varchar(255) not null,
      scheduled_at timestamptz not null,
      changes jsonb not null,
      description text not null default '',
      created_by uuid references users (id) on delete set null,
      created_at timestamptz not null default now(),
      status varchar(20) not null default 'pending'
        check (status in ('pending', 'applied', 'failed', 'cancelled')),
      applied_at timestamptz,
      error varchar(100),
      foreign key (environment, flag_name) references feature_flags (environment, name) on delete cascade
    )`.execute(db)
  await sql`
    create index feature_flag_schedule_flag on feature_flag_schedule (environment, flag_name, scheduled_at, id)`.execute(
    db,
  )
  await sql`create index feature_flag_schedule_created_by on feature_flag_schedule (created_by)`.execute(db)
  await sql`
    create index feature_flag_schedule_due on feature_flag_schedule (scheduled_at)
    where status = 'pending'`.execute(db)
}

/**
 * Whoever changes a flag, override or segment, in whatever program, gives its environment the next revision in the same
 * transaction, once for all that it changes. The lock is held until the transaction ends: revisions are committed in their order.
 */
async function revisions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function flags_lock() returns trigger language plpgsql set search_path from current as $$
    begin
      perform pg_advisory_xact_lock(${sql.lit(flagLockKey)});
      return null;
    end $$`.execute(db)
  await sql`
    create function flags_next_revision(name text) returns bigint language plpgsql
      set search_path from current as $$
    declare
      found_or_made bigint;
    begin
      select revision into found_or_made from feature_flag_environments
      where environment = name and xmin = pg_current_xact_id()::xid;
      if not found then
        insert into feature_flag_environments as e (environment, revision) values (name, 1)
        on conflict (environment) do update set revision = e.revision + 1
        returning revision into found_or_made;
      end if;
      return found_or_made;
    end $$`.execute(db)
  await sql`
    create function flags_revision() returns trigger language plpgsql set search_path from current as $$
    declare
      next bigint := flags_next_revision(new.environment);
    begin
      if tg_table_name <> 'feature_flag_overrides' then
        new.revision := next;
      end if;
      if tg_op = 'UPDATE' and old.environment <> new.environment then
        perform flags_next_revision(old.environment);
      end if;
      return new;
    end $$`.execute(db)
  await sql`
    create function flags_deleted() returns trigger language plpgsql set search_path from current as $$
    begin
      perform flags_next_revision(old.environment);
      return null;
    end $$`.execute(db)
  await sql`
    create function flags_truncated() returns trigger language plpgsql set search_path from current as $$
    begin
      update feature_flag_environments set revision = revision + 1;
      return null;
    end $$`.execute(db)
  await sql`
    create function flags_revision_grows() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' then
        if new.revision > old.revision and new.environment = old.environment then
          return new;
        end if;
      end if;
      raise exception '% on %: a revision only grows', tg_op, tg_table_name;
    end $$`.execute(db)
  for (const table of evaluated) {
    const on = sql.id(table)
    await sql`
      create trigger flags_lock before insert or update or delete or truncate on ${on}
        for each statement execute function flags_lock()`.execute(db)
    await sql`
      create trigger flags_revision before insert or update on ${on}
        for each row execute function flags_revision()`.execute(db)
    await sql`
      create trigger flags_deleted after delete on ${on}
        for each row execute function flags_deleted()`.execute(db)
    await sql`
      create trigger flags_truncated after truncate on ${on}
        for each statement execute function flags_truncated()`.execute(db)
  }
  await sql`
    create trigger flags_revision_grows before update or delete on feature_flag_environments
      for each row execute function flags_revision_grows()`.execute(db)
  await sql`
    create trigger flags_revision_kept before truncate on feature_flag_environments
      for each statement execute function flags_revision_grows()`.execute(db)
}

/**
 * As they were when this migration was made; what came later, other environments, and `registration_open`, which is made as
 * REGISTRATION_OPEN says, a start adds.
 */
async function ownFlagsOfProduction(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into feature_flags (environment, name, description, enabled, owner, metadata) values
      ('production', 'rbac_enforcement',
        'Refuses what a role does not allow; off, it is refused all the same, and logged', true, 'security', '{"permanent": true}'),
      ('production', 'llm_answers',
        'Answers are written by the model of LLM_URL; off, they are quotations', true, 'answers', '{"permanent": true}'),
      ('production', 'semantic_query_reuse',
        'A question is answered by the passages that were found for one of the same meaning', false, 'answers', '{"permanent": true}')
    on conflict do nothing`.execute(db)
}
