import { type Kysely, type Migration, sql } from 'kysely'

export function auditAndFlags(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await sql`
        create table audit_logs (
          id uuid primary key default gen_random_uuid(),
          timestamp timestamptz not null default clock_timestamp(),
          user_id uuid,
          user_role varchar(50),
          action varchar(100) not null,
          resource_type varchar(100),
          resource_id varchar(255),
          request_id varchar(100),
          ip_address varchar(45),
          user_agent varchar(500),
          service_name varchar(100) not null default 'api-gateway',
          endpoint varchar(255),
          success boolean not null,
          status_code integer,
          error_message varchar(1000),
          additional_data jsonb not null default '{}'
        )`.execute(db)
      await sql`
        create table audit_chain (
          seq bigint primary key,
          audit_id uuid not null unique references audit_logs (id),
          hmac bytea not null
        )`.execute(db)
      await sql`
        create table feature_flags (
          environment varchar(50) not null,
          name varchar(255) not null,
          description text not null default '',
          flag_type varchar(50) not null default 'boolean'
            check (flag_type in ('boolean', 'string', 'number', 'json', 'multivariate')),
          enabled boolean not null default false,
          value jsonb,
          default_value jsonb,
          archived boolean not null default false,
          metadata jsonb not null default '{}',
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          primary key (environment, name)
        )`.execute(db)
      await sql`
        create table feature_flag_overrides (
          id uuid primary key default gen_random_uuid(),
          environment varchar(50) not null,
          flag_name varchar(255) not null,
          user_id uuid not null references users (id) on delete cascade,
          enabled boolean,
          value jsonb,
          reason varchar(500),
          expires_at timestamptz,
          created_by uuid references users (id) on delete set null,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          unique (environment, flag_name, user_id),
          foreign key (environment, flag_name) references feature_flags (environment, name) on delete cascade
        )`.execute(db)
      await sql`create index feature_flag_overrides_user_id on feature_flag_overrides (user_id)`.execute(db)
      await sql`create index feature_flag_overrides_created_by on feature_flag_overrides (created_by)`.execute(
        db,
      )
    },
    async down(db: Kysely<unknown>) {
      await sql`drop table feature_flag_overrides, feature_flags, audit_chain, audit_logs`.execute(db)
    },
  }
}
