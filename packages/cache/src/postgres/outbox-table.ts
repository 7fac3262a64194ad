import { checkName, quoteName } from './sql-names.js'

/** A migration's two ways; each is several statements, for one `query` without parameters, and may be joined to others. */
export interface UpAndDown {
  readonly up: string
  readonly down: string
}

export interface OutboxOptions {
  /** Where the table `cache_outbox` is. @default 'public' */
  readonly schema?: string
}

/** What the triggers notify and the relay listens to; the payload is empty, so that a transaction notifies once. */
export const outboxChannel = 'cache_outbox'

/**
 * SQL of the table that triggers of tracked tables write to and the relay reads. One application an outbox. Who runs
 * the relay needs `select` and `delete` on it; writers of tracked tables need no right.
 * @throws CacheError CACHE_TRACKING_INVALID
 */
export function outboxTable(options: OutboxOptions = {}): UpAndDown {
  const table = outboxName(options)
  // Rows live for a moment: the table is vacuumed by their number, not by a share of nothing.
  return {
    up: `
create table ${table} (
  id bigint generated always as identity primary key,
  tracked text not null,
  operation text not null,
  namespaces text[] not null,
  old_row jsonb,
  new_row jsonb,
  created_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);`,
    down: `drop table ${table};`,
  }
}

/** The quoted name of the outbox. */
export function outboxName({ schema = 'public' }: OutboxOptions): string {
  checkName(schema, 'schema')
  return quoteName(schema, 'cache_outbox')
}
