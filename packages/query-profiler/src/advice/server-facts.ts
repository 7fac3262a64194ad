import { ProfilerError } from '../profiler-error.js'
import type { CatalogFacts } from './catalog-facts.js'
import type { DatabaseSession } from './database-session.js'
import type { NamingContext } from './name-scope.js'

/** What advice depends on, besides tables. */
export interface ServerFacts {
  /** As `server_version_num`. */
  readonly version: number
  /** Days that the counters of the catalog are from; null: never reset, and the server does not tell since when it runs. */
  readonly counterDays: number | null
  readonly isStandby: boolean
  /** Of HypoPG; null: not installed in this database. */
  readonly hypopg: { readonly version: string; readonly schema: string } | null
  readonly naming: Omit<NamingContext, 'catalog'>
}

interface FactsRow {
  readonly version: number
  readonly counterDays: number | null
  readonly isStandby: boolean
  readonly hypopgVersion: string | null
  readonly hypopgSchema: string | null
  readonly searchPath: string[]
  readonly sortsByBytes: boolean
  readonly hasTrigrams: boolean
}

/** @throws ProfilerError DATABASE_UNREADABLE */
export async function readServerFacts(session: DatabaseSession): Promise<ServerFacts> {
  const { row, views } = await read(session)
  const { hypopgVersion: version, hypopgSchema: schema } = row
  return {
    version: row.version,
    counterDays: row.counterDays,
    isStandby: row.isStandby,
    hypopg: version && schema ? { version, schema } : null,
    naming: {
      searchPath: row.searchPath,
      sortsByBytes: row.sortsByBytes,
      hasTrigrams: row.hasTrigrams,
      views: new Map(views.map(view => [view.name, view.definition])),
    },
  }
}

/** As `readServerFacts`, and the catalog, for reading statements. */
export function namingContext(facts: ServerFacts, catalog: CatalogFacts): NamingContext {
  return { ...facts.naming, catalog }
}

async function read(session: DatabaseSession) {
  try {
    const [row] = (await session.query<FactsRow>(factsQuery)).rows
    if (!row) throw new Error('no row')
    return { row, views: (await session.query<{ name: string; definition: string }>(viewsQuery)).rows }
  } catch (cause) {
    throw new ProfilerError('DATABASE_UNREADABLE', 'The database does not say what it is', {
      remedy: 'Connect to PostgreSQL 13 or newer as a role that may read pg_catalog',
      cause,
    })
  }
}

const factsQuery = `
  select current_setting('server_version_num')::int as version,
    (select extract(epoch from now() - coalesce(stats_reset, pg_postmaster_start_time())) / 86400
      from pg_stat_database where datname = current_database())::float8 as "counterDays",
    pg_is_in_recovery() as "isStandby",
    h.extversion as "hypopgVersion", h.extnamespace::regnamespace::text as "hypopgSchema",
    to_jsonb(current_schemas(false)) as "searchPath",
    (select datcollate in ('C', 'POSIX') from pg_database where datname = current_database()) as "sortsByBytes",
    exists (select from pg_extension where extname = 'pg_trgm') as "hasTrigrams"
  from (select) one left join pg_extension h on h.extname = 'hypopg'`

const viewsQuery = `
  select n.nspname || '.' || c.relname as name, pg_get_viewdef(c.oid) as definition
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'v' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' limit 1000`
