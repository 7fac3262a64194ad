import type { ClientBase } from 'pg'

/** Indexes that somebody advises, as a whole. */
export interface IndexSet {
  readonly name: string
  readonly ddl: readonly string[]
}

export interface BuiltSet extends IndexSet {
  /** Names of its indexes. */
  readonly indexes: readonly string[]
  readonly bytes: number
  /** Indexes whose columns begin another index of the table. */
  readonly redundant: readonly string[]
}

/** What a run that was killed left behind: every index but those of keys. */
export async function dropLeftovers(client: ClientBase): Promise<void> {
  const { rows } = await client.query(
    `select indexrelid::regclass::text as name from pg_index join pg_class on pg_class.oid = indexrelid
      where relnamespace = 'public'::regnamespace and not indisprimary and not indisunique`,
  )
  if (rows.length > 0) await client.query(`drop index ${rows.map(({ name }) => name).join(', ')}`)
}

/** Builds every index of a set for real, beside those of other sets. */
export async function buildSet(client: ClientBase, set: IndexSet): Promise<BuiltSet> {
  const before = await indexNames(client)
  for (const statement of set.ddl) await client.query(statement.replace(/\bconcurrently\b/i, ''))
  const indexes: string[] = []
  for (const name of (await indexNames(client)).filter(one => !before.includes(one))) {
    // Two sets may give one name to their indexes.
    const own = `${set.name.replace(/\W/g, '_')}_${indexes.length}`
    await client.query(`alter index ${name} rename to ${own}`)
    indexes.push(own)
  }
  const { rows } = await client.query(
    `select coalesce(sum(pg_relation_size(name::regclass)), 0)::float8 as bytes from unnest($1::text[]) name`,
    [indexes],
  )
  // What an expression's values are like is not known before.
  const { rows: expressions } = await client.query(
    `select distinct indrelid::regclass::text as name from pg_index
      where indexrelid = any ($1::text[]::regclass[]) and indexprs is not null`,
    [indexes],
  )
  for (const { name } of expressions) await client.query(`analyze ${name}`)
  return { ...set, indexes, bytes: rows[0].bytes, redundant: await redundantOf(client, indexes) }
}

/** Runs work with the indexes of this set only: the others are dropped in a transaction that is rolled back. */
export async function withOnly<T>(
  client: ClientBase,
  set: BuiltSet,
  all: readonly BuiltSet[],
  work: () => Promise<T>,
): Promise<T> {
  const others = all.filter(other => other !== set).flatMap(({ indexes }) => indexes)
  await client.query('begin')
  try {
    if (others.length > 0) await client.query(`drop index ${others.join(', ')}`)
    return await work()
  } finally {
    await client.query('rollback')
  }
}

export async function dropSets(client: ClientBase, sets: readonly BuiltSet[]): Promise<void> {
  for (const { indexes } of sets) for (const name of indexes) await client.query(`drop index ${name}`)
}

async function indexNames(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query(
    `select oid::regclass::text as name from pg_class
      where relkind in ('i', 'I') and relnamespace = 'public'::regnamespace`,
  )
  return rows.map(({ name }) => name)
}

/** Among those that were there before and those of the set itself. */
async function redundantOf(client: ClientBase, own: readonly string[]): Promise<string[]> {
  const { rows } = await client.query(
    `select i.indexrelid::regclass::text as name from pg_index i
      join pg_class x on x.oid = i.indexrelid
      where i.indexrelid = any ($1::text[]::regclass[]) and i.indexprs is null and exists (
        select from pg_index other join pg_class y on y.oid = other.indexrelid
        where other.indrelid = i.indrelid and other.indexrelid <> i.indexrelid and x.relam = y.relam
          and (other.indisprimary or other.indexrelid = any ($1::text[]::regclass[]))
          and i.indpred is null and other.indpred is null and other.indnkeyatts >= i.indnkeyatts
          and (other.indkey::int2[])[0:i.indnatts - 1] = i.indkey::int2[])`,
    [own],
  )
  return rows.map(({ name }) => name)
}
