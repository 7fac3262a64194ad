import { ProfilerError } from '../profiler-error.js'
import type { CatalogFacts, ColumnFacts, ForeignKeyFacts, IndexFacts, TableFacts } from './catalog-facts.js'
import {
  columnsQuery,
  type ForeignKeyRow,
  foreignKeysQuery,
  type IndexRow,
  indexesQuery,
  type TableRow,
  tablesQuery,
} from './catalog-queries.js'
import type { DatabaseSession } from './database-session.js'

export interface CatalogScope {
  /** Default: all but the system's own. */
  readonly schemas?: readonly string[]
  /** As 'schema.table', or 'table' of any of the schemas. Default: all. */
  readonly tables?: readonly string[]
}

/**
 * Reads tables, columns, indexes and foreign keys in four queries; works on PostgreSQL 13 and newer, and on PGlite.
 * Statistics of columns that the role may not select are absent (null).
 * @throws ProfilerError DATABASE_UNREADABLE
 */
export async function readCatalog(session: DatabaseSession, scope: CatalogScope = {}): Promise<CatalogFacts> {
  const values = [scope.schemas ?? null, scope.tables ?? null]
  const read = async <Row extends object>(sql: string): Promise<Row[]> => {
    try {
      return (await session.query<Row>(sql, values)).rows
    } catch (cause) {
      throw new ProfilerError('DATABASE_UNREADABLE', 'The catalog of the database cannot be read', {
        remedy: 'Connect to PostgreSQL 13 or newer as a role that may read pg_catalog',
        cause,
      })
    }
  }
  const tables = new Map<string, Draft>()
  for (const row of await read<TableRow>(tablesQuery)) tables.set(`${row.schema}.${row.name}`, draftOf(row))
  for (const { table, ...column } of await read<ColumnFacts & { table: string }>(columnsQuery))
    tables.get(table)?.columns.set(column.name, column)
  for (const { table, ...index } of await read<IndexRow>(indexesQuery))
    tables.get(table)?.indexes.push({ ...index, bytes: Number(index.bytes), scans: Number(index.scans) })
  for (const { table, ...key } of await read<ForeignKeyRow>(foreignKeysQuery))
    tables.get(table)?.foreignKeys.push({
      ...key,
      parentDeletes: Number(key.parentDeletes),
      parentUpdates: Number(key.parentUpdates),
    })
  return { tables }
}

interface Draft extends TableFacts {
  readonly columns: Map<string, ColumnFacts>
  readonly indexes: IndexFacts[]
  readonly foreignKeys: ForeignKeyFacts[]
}

/** Counts are bigint on the server, which pg hands over as text. */
function draftOf(row: TableRow): Draft {
  return {
    schema: row.schema,
    name: row.name,
    kind: row.kind,
    rows: Number(row.rows),
    bytes: Number(row.bytes),
    visibleShare: row.visibleShare,
    analyzedBytes: Number(row.analyzedBytes),
    columns: new Map(),
    indexes: [],
    foreignKeys: [],
    writes: {
      inserted: Number(row.inserted),
      updated: Number(row.updated),
      hotUpdated: Number(row.hotUpdated),
      deleted: Number(row.deleted),
    },
    scans: { sequential: Number(row.sequentialScans), index: Number(row.indexScans) },
    lastAnalyzedAt: row.lastAnalyzedAt,
    changedSinceAnalyze: Number(row.changedSinceAnalyze),
  }
}
