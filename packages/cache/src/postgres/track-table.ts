import { checkNamespace } from '../key/check-key.js'
import { type OutboxOptions, outboxChannel, outboxName, type UpAndDown } from './outbox-table.js'
import { checkName, generatedName, invalid, parseTableName, quoteName, quoteText } from './sql-names.js'

/**
 * A column as the outbox keeps it: by `to_jsonb`, times in UTC. A number that JavaScript would write with other digits
 * than PostgreSQL (a bigint above 2^53, 1.50) is a string of PostgreSQL's digits. JSON and array columns come parsed.
 */
export type TrackedValue = string | number | boolean | null

export type TrackedRow<Column extends string = string> = Readonly<Record<Column, TrackedValue>>

type Mapping<Column extends string> = (row: TrackedRow<Column>) => string | readonly string[]

export interface TrackTableOptions<Column extends string = string> extends OutboxOptions {
  /** 'users' (of the schema `public`) or 'app.users', as PostgreSQL has it, without quotes. */
  readonly table: string
  /** What `key` and `tags` read, 1 to 50; nothing else reaches the outbox, so leave out what is confidential. */
  readonly columns: readonly Column[]
  /** The keys to delete, asked for a changed row as it was and as it is. */
  readonly key?: Mapping<Column>
  /** The tags to invalidate, likewise. */
  readonly tags?: Mapping<Column>
  /**
   * What is cleared when single rows cannot be named: by TRUNCATE, when `key` or `tags` throws, and by a relay of a
   * release that does not know the table. Absent: then everything is.
   */
  readonly namespaces?: readonly string[]
}

/** For a migration (`up`, `down`) and for `createRelay`. */
export interface TrackedTable extends UpAndDown {
  /** 'schema.table', as in the outbox. */
  readonly name: string
  readonly namespaces: readonly string[]
  key(row: TrackedRow): readonly string[]
  tags(row: TrackedRow): readonly string[]
}

/** `jsonb_build_object` takes 100 arguments. */
const maxColumns = 50

/**
 * SQL of triggers that write a row to the outbox, in the writer's transaction, for each row that is inserted, deleted,
 * or changed by an update in any of its columns, and one for TRUNCATE; also where `session_replication_role` is
 * `replica`. Run `down` before a migration that renames or drops one of `columns`, and `up` after it. A partition that
 * is truncated, attached or detached by itself fires nothing; a transaction that writes cannot be prepared (2PC).
 *
 * The function runs with its owner's rights, so that writers need none on the outbox; it takes no input but the row,
 * its search_path is fixed, and nobody else may put it on a table.
 * @throws CacheError CACHE_TRACKING_INVALID
 */
export function trackTable<const Column extends string>(options: TrackTableOptions<Column>): TrackedTable {
  const { schema, table } = parseTableName(options.table)
  const { columns, key, tags, namespaces = [] } = options
  check(options)
  const name = `${schema}.${table}`
  const on = quoteName(schema, table)
  const call = `${quoteName(schema, generatedName(table, '_cache_outbox'))}()`
  const values = (row: 'old' | 'new') =>
    `jsonb_build_object(${columns.map(column => `${quoteText(column)}, ${row}.${quoteName(column)}`).join(', ')})`
  const body = `
begin
  insert into ${outboxName(options)} (tracked, operation, namespaces, old_row, new_row) values (
    ${quoteText(name)}, tg_op, array[${namespaces.map(quoteText).join(', ')}]::text[],
    case when tg_op in ('UPDATE', 'DELETE') then ${values('old')} end,
    case when tg_op in ('INSERT', 'UPDATE') then ${values('new')} end);
  perform pg_notify(${quoteText(outboxChannel)}, '');
  return null;
end`
  // Rows are compared by their bytes: types such as json have no equality.
  return {
    name,
    namespaces,
    key: row => asArray(key?.(row as TrackedRow<Column>)),
    tags: row => asArray(tags?.(row as TrackedRow<Column>)),
    up: `
create function ${call} returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp set timezone = 'UTC' as ${quoteText(body)};
revoke all on function ${call} from public;
create trigger cache_outbox_row after insert or delete on ${on} for each row execute function ${call};
create trigger cache_outbox_update after update on ${on} for each row
  when (old operator(pg_catalog.*<>) new) execute function ${call};
create trigger cache_outbox_truncate after truncate on ${on} for each statement execute function ${call};
alter table ${on} enable always trigger cache_outbox_row, enable always trigger cache_outbox_update,
  enable always trigger cache_outbox_truncate;`,
    down: `
drop trigger cache_outbox_truncate on ${on};
drop trigger cache_outbox_update on ${on};
drop trigger cache_outbox_row on ${on};
drop function ${call};`,
  }
}

function check({ columns, key, tags, namespaces }: TrackTableOptions): void {
  if (!Array.isArray(columns) || columns.length === 0 || columns.length > maxColumns)
    throw invalid(`columns are not 1 to ${maxColumns} names`, 'columns', 'Name what key and tags read')
  for (const column of columns) checkName(column, 'columns')
  if (new Set(columns).size < columns.length)
    throw invalid('A column is named twice', 'columns', 'Name each once')
  for (const [field, mapping] of [
    ['key', key],
    ['tags', tags],
  ] as const)
    if (mapping !== undefined && typeof mapping !== 'function')
      throw invalid(
        `${field} is not a function`,
        field,
        'Give a function of a row to a string, or to several',
      )
  if (key === undefined && tags === undefined)
    throw invalid('Nothing says what a change invalidates', 'key', 'Give key or tags, or both')
  if (namespaces !== undefined && (!Array.isArray(namespaces) || !namespaces.every(isNamespace)))
    throw invalid(
      'namespaces are not an array of namespaces',
      'namespaces',
      'A namespace is the part of a key before its first colon',
    )
}

export function isNamespace(name: unknown): boolean {
  try {
    checkNamespace(name)
    return true
  } catch {
    return false
  }
}

function asArray(found: string | readonly string[] | undefined): readonly string[] {
  return found === undefined ? [] : typeof found === 'string' ? [found] : found
}
