import type { ClientBase } from 'pg'

/** Indexes that somebody advises, as a whole. */
export interface IndexSet {
  readonly name: string
  readonly ddl: readonly string[]
}

export interface BuiltSet {
  readonly bytes: number
  /** Indexes whose columns begin another index of the table. */
  readonly redundant: readonly string[]
  drop(): Promise<void>
}

/** Builds every index of a set for real. */
export async function buildSet(client: ClientBase, { ddl }: IndexSet): Promise<BuiltSet> {
  const before = await indexNames(client)
  for (const statement of ddl) await client.query(statement.replace(/\bconcurrently\b/i, ''))
  const made = (await indexNames(client)).filter(name => !before.includes(name))
  const { rows } = await client.query(
    `select coalesce(sum(pg_relation_size(name::regclass)), 0)::float8 as bytes from unnest($1::text[]) name`,
    [made],
  )
  // What an expression's values are like is not known before.
  const { rows: expressions } = await client.query(
    `select distinct indrelid::regclass::text as name from pg_index
      where indexrelid = any ($1::text[]::regclass[]) and indexprs is not null`,
    [made],
  )
  for (const { name } of expressions) await client.query(`analyze ${name}`)
  return {
    bytes: rows[0].bytes,
    redundant: await redundantOf(client, made),
    drop: async () => {
      for (const name of made) await client.query(`drop index ${name}`)
    },
  }
}

async function indexNames(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query(
    `select oid::regclass::text as name from pg_class
      where relkind in ('i', 'I') and relnamespace = 'public'::regnamespace`,
  )
  return rows.map(({ name }) => name)
}

async function redundantOf(client: ClientBase, made: readonly string[]): Promise<string[]> {
  const { rows } = await client.query(
    `select i.indexrelid::regclass::text as name from pg_index i
      join pg_class x on x.oid = i.indexrelid
      where i.indexrelid = any ($1::text[]::regclass[]) and i.indexprs is null and exists (
        select from pg_index other join pg_class y on y.oid = other.indexrelid
        where other.indrelid = i.indrelid and other.indexrelid <> i.indexrelid and x.relam = y.relam
          and i.indpred is null and other.indpred is null and other.indnkeyatts >= i.indnkeyatts
          and (other.indkey::int2[])[0:i.indnatts - 1] = i.indkey::int2[])`,
    [made],
  )
  return rows.map(({ name }) => name)
}
