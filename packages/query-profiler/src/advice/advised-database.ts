import { ProfilerError } from '../profiler-error.js'
import { identityOf } from './database-identity.js'
import type { DatabaseSession } from './database-session.js'

/** What a copy of the advised database is told from it by, and compared with. */
export interface AdvisedDatabase {
  readonly identity: string
  /** Estimated, by 'schema.table'; of a partitioned table, those of its partitions. -1: never analysed. */
  readonly rows: ReadonlyMap<string, number>
}

export async function readAdvisedDatabase(session: DatabaseSession): Promise<AdvisedDatabase> {
  const { rows } = await session.query<{ name: string; rows: number }>(rowsQuery)
  return { identity: await identityOf(session), rows: new Map(rows.map(row => [row.name, Number(row.rows)])) }
}

const rowsQuery = `
  select n.nspname || '.' || c.relname as name,
    case c.relkind when 'p' then (
      select coalesce(sum(leaf.reltuples), 0) from pg_partition_tree(c.oid) part
      join pg_class leaf on leaf.oid = part.relid where part.isleaf) else c.reltuples end::float8 as rows
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'`

/** A copy may be some days old. */
const mostTimes = 2
/** Fewer are read from end to end either way. */
const smallTable = 1000

/**
 * Refuses what would be changed by mistake, or would tell nothing.
 * @param tables whose sizes matter
 * @throws ProfilerError SCRATCH_DATABASE_UNSUITABLE
 */
export async function requireCopy(
  scratch: DatabaseSession,
  advised: AdvisedDatabase,
  tables: Iterable<string>,
): Promise<void> {
  const copy = await readAdvisedDatabase(scratch)
  if (copy.identity === advised.identity)
    throw unsuitable('The scratch database is the advised one itself', 'Name a copy of the database')
  for (const table of tables) {
    const expected = advised.rows.get(table) ?? 0
    const found = copy.rows.get(table)
    if (found === undefined)
      throw unsuitable(`The scratch database has no table ${table}`, 'Name a copy of the database')
    if (Math.max(expected, found) < smallTable) continue
    if (found < 0)
      throw unsuitable(`Table ${table} of the scratch database has no statistics`, 'Run ANALYZE on the copy')
    if (expected > found * mostTimes || found > expected * mostTimes)
      throw unsuitable(
        `Table ${table} has ${Math.round(found)} rows in the scratch database and ${Math.round(expected)} in the advised one`,
        `Name a copy whose tables have at least half and at most ${mostTimes} times the rows, and ANALYZE both`,
      )
  }
}

function unsuitable(message: string, remedy: string): ProfilerError {
  return new ProfilerError('SCRATCH_DATABASE_UNSUITABLE', message, { field: 'scratch', remedy })
}
