import { type Kysely, sql } from 'kysely'

/**
 * Everything that the schema `public` holds, a line each, sorted: relations, columns, constraints, indexes (with
 * whether they are valid), triggers, functions, types. What belongs to an extension is left out.
 */
export async function catalogSnapshot<T>(db: Kysely<T>): Promise<string[]> {
  const found = await sql<{ line: string }>`
    with own as (
      select c.oid, c.relname, c.relkind from pg_class c
      where c.relnamespace = 'public'::regnamespace
        and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    )
    select format('relation %s %s', relkind, relname) as line from own
    union all
    select format('column %s.%s %s%s default %s', own.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then ' not null' end, coalesce(pg_get_expr(d.adbin, d.adrelid), 'none'))
    from own join pg_attribute a on a.attrelid = own.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where own.relkind = 'r'
    union all
    select format('constraint %s.%s %s', own.relname, k.conname, pg_get_constraintdef(k.oid))
    from own join pg_constraint k on k.conrelid = own.oid
    union all
    select format('index %s%s', pg_get_indexdef(i.indexrelid), case when not i.indisvalid then ' INVALID' end)
    from own join pg_index i on i.indrelid = own.oid where own.relkind = 'r'
    union all
    select format('trigger %s', pg_get_triggerdef(t.oid))
    from own join pg_trigger t on t.tgrelid = own.oid and not t.tgisinternal
    union all
    select format('function %s', p.oid::regprocedure) from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    union all
    select format('type %s', t.typname) from pg_type t
    where t.typnamespace = 'public'::regnamespace and t.typrelid = 0 and t.typelem = 0
      and not exists (select 1 from pg_depend d where d.objid = t.oid and d.deptype = 'e')
    order by line`.execute(db)
  return found.rows.map(row => row.line)
}

/** Names of the indexes of `public` that the planner may not use. */
export async function invalidIndexes<T>(db: Kysely<T>): Promise<string[]> {
  const found = await sql<{ name: string }>`
    select indexrelid::regclass::text as name from pg_index where not indisvalid order by 1`.execute(db)
  return found.rows.map(row => row.name)
}
