import { type Kysely, sql } from 'kysely'

/**
 * The name of what the gateway acts as on a server: it cannot change audit rows, even where its login owns them. Each
 * database has a role of its own, since roles belong to the whole server, and who may take one has its rights.
 */
const role = `
  case when octet_length(current_database()) <= 43 then 'voiceassist_gateway_' || current_database()
    else 'voiceassist_gateway_' || md5(current_database()) end`

/** From PostgreSQL 16 on, who makes a role is its member without the right to take it. */
const mayTake = (which: string) =>
  `pg_has_role(${which}, case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)`

/** Of a new connection: takes the role where this database knows it and the login may. */
export const takeGatewayRole = `
  select set_config('role', rolname, false) from pg_roles
  where rolname = ${role} and ${mayTake('oid')}
    and has_table_privilege(oid, to_regclass('audit_logs'), 'insert')`

/** The role of this database, and whether its connections took it. */
export async function gatewayRole<DB>(
  db: Kysely<DB>,
): Promise<{ readonly name: string; readonly taken: boolean }> {
  const { rows } = await sql<{ name: string; taken: boolean }>`
    select name, current_user = name as taken from (select ${sql.raw(role)} as name) r`.execute(db)
  return rows[0]!
}

/**
 * Makes the role and gives it its rights on the login's tables that there are and will be. Repeatable. Does nothing when
 * the login may not make roles: an administrator of the server then makes it, as docs/audit.md says.
 */
export async function grantGatewayRole(connection: Kysely<never>): Promise<void> {
  try {
    await sql`
      do $$
      declare
        gateway name := ${sql.raw(role)};
      begin
        if not exists (select from pg_roles where rolname = gateway) then
          execute format('create role %I nologin', gateway);
        end if;
        if not ${sql.raw(mayTake('gateway'))} then
          execute format('grant %I to %I', gateway, current_user);
        end if;
      end $$`.execute(connection)
    await sql`
      do $$
      declare
        gateway name := ${sql.raw(role)};
        own regclass;
      begin
        execute format('grant usage on schema %I to %I', current_schema(), gateway);
        -- Tables of others, such as an extension's, would have the whole grant refused.
        for own in select oid from pg_class where relnamespace = current_schema()::regnamespace
            and relkind in ('r', 'p', 'v', 'm', 'f') and pg_has_role(relowner, 'usage') loop
          execute format('grant select, insert, update, delete on %s to %I', own, gateway);
        end loop;
        execute format('alter default privileges in schema %I grant select, insert, update, delete on tables to %I',
          current_schema(), gateway);
        execute format('revoke update, delete on audit_logs, audit_chain from %I', gateway);
        execute format('revoke insert, update, delete on kysely_migration, kysely_migration_lock from %I', gateway);
      end $$`.execute(connection)
  } catch (error) {
    if ((error as { code?: string }).code !== insufficientPrivilege) throw error
  }
}

const insufficientPrivilege = '42501'

/** Does what needs the tables' owner, on this one connection. */
export async function asOwner<T, DB>(connection: Kysely<DB>, work: () => Promise<T>): Promise<T> {
  const { rows } = await sql<{ role: string }>`
    select current_setting('role') as role, set_config('role', 'none', ${connection.isTransaction})`.execute(
    connection,
  )
  try {
    return await work()
  } finally {
    // A connection that broke, or a transaction that failed, has its role from before or none that matters.
    await sql`select set_config('role', ${rows[0]!.role}, ${connection.isTransaction})`
      .execute(connection)
      .catch(() => {})
  }
}
