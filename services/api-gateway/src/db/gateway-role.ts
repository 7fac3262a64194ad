import { type Kysely, sql } from 'kysely'

/** What the gateway acts as on a server: it cannot change or remove audit rows, even where its login owns them. */
const role = 'voiceassist_gateway'

/** From PostgreSQL 16 on, who makes a role is its member without the right to take it. */
const mayTake = (which: string) =>
  `pg_has_role(${which}, case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)`

/** Of a new connection: takes the role where this database knows it and the login may. */
export const takeGatewayRole = `
  select set_config('role', rolname, false) from pg_roles
  where rolname = '${role}' and ${mayTake('oid')}
    and has_table_privilege(oid, to_regclass('audit_logs'), 'insert')`

/** Whether the connections of this server took the role. */
export async function hasGatewayRole<DB>(db: Kysely<DB>): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`select current_user = ${role} as taken`.execute(db)
  return rows[0]!.taken
}

/**
 * Makes the role and gives it its rights on the login's tables that there are and will be. Repeatable. Does nothing when
 * the login may not make roles: an administrator of the server then makes it, as docs/audit.md says.
 */
export async function grantGatewayRole(connection: Kysely<never>): Promise<void> {
  try {
    await sql`
      do $$
      begin
        if not exists (select from pg_roles where rolname = ${sql.lit(role)}) then
          create role ${sql.id(role)} nologin;
        end if;
        if not ${sql.raw(mayTake(`'${role}'`))} then
          execute format('grant ${sql.raw(role)} to %I', current_user);
        end if;
      exception when duplicate_object or unique_violation then null; -- made at this moment for another database
      end $$`.execute(connection)
    await sql`
      do $$
      declare
        own regclass;
      begin
        execute format('grant usage on schema %I to ${sql.raw(role)}', current_schema());
        -- Tables of others, such as an extension's, would have the whole grant refused.
        for own in select oid from pg_class where relnamespace = current_schema()::regnamespace
            and relkind in ('r', 'p', 'v', 'm', 'f') and pg_has_role(relowner, 'usage') loop
          execute format('grant select, insert, update, delete on %s to ${sql.raw(role)}', own);
        end loop;
        execute format('alter default privileges in schema %I grant select, insert, update, delete on tables to ${sql.raw(role)}',
          current_schema());
        revoke update, delete on audit_logs, audit_chain from ${sql.raw(role)};
        revoke insert, update, delete on kysely_migration, kysely_migration_lock from ${sql.raw(role)};
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
