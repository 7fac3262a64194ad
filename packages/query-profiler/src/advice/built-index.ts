import type { DatabaseSession } from './database-session.js'
import type { IndexChange } from './index-change.js'

/** An advised change as it stands in a transaction of the scratch database. */
export interface BuiltChange {
  /** To be run for the state before, and for the one after. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Of an index that was created. */
  readonly bytes: number | undefined
}

/** Creates the index, so that each way of timing starts from it; one to drop stays, and is dropped for one way. */
export async function buildChange(
  scratch: DatabaseSession,
  change: IndexChange,
): Promise<BuiltChange | undefined> {
  if (change.kind === 'drop') return { before: [], after: [change.sql], bytes: undefined }
  const before = await indexes(scratch)
  await scratch.query(change.sql)
  const made = (await indexes(scratch)).filter(({ id }) => !before.some(other => other.id === id))
  const own = made.find(({ isPartition }) => !isPartition)
  if (!own) return undefined
  if (own.isExpression) await scratch.query(`analyze ${own.table}`)
  return {
    before: [`drop index ${own.name}`],
    after: [],
    bytes: made.reduce((sum, { bytes }) => sum + Number(bytes), 0),
  }
}

interface IndexRow {
  readonly id: number
  readonly name: string
  readonly table: string
  readonly isExpression: boolean
  readonly isPartition: boolean
  readonly bytes: number
}

async function indexes(scratch: DatabaseSession): Promise<IndexRow[]> {
  const { rows } = await scratch.query<IndexRow>(
    `select i.indexrelid::int8::float8 as id, format('%I.%I', n.nspname, x.relname) as name,
      i.indrelid::regclass::text as "table", i.indexprs is not null as "isExpression", x.relispartition as "isPartition",
      pg_relation_size(x.oid)::float8 as bytes
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_namespace n on n.oid = x.relnamespace
    where n.nspname !~ '^pg_'`,
  )
  return rows
}
