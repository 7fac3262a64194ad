/** A row of the outbox; JSON and arrays as text, since clients differ in what they parse. */
export interface OutboxRow {
  readonly id: string
  readonly tracked: string
  readonly operation: string
  /** A JSON array. */
  readonly namespaces: string
  readonly old_row: string | null
  readonly new_row: string | null
  readonly age_ms: number
}

export const age = (createdAt: string) =>
  `(extract(epoch from clock_timestamp() - ${createdAt}) * 1000)::float8`

/**
 * Every row that is visible, the oldest first. No cursor and no gate: a transaction that commits late has its rows seen
 * by a later look, and one that is still open holds nobody up.
 */
export const selectRows = (outbox: string, limit: number) => `
  select id::text, tracked, operation, array_to_json(namespaces)::text as namespaces,
         old_row::text, new_row::text, ${age('created_at')} as age_ms
  from ${outbox} order by ${outbox}.id limit ${limit}`

/** With the ids as one text, '{1,2}'. */
export const deleteRows = (outbox: string) => `delete from ${outbox} where id = any($1::text::bigint[])`

/** What a relay sees of the outbox while it asks for the lock; null without rows. */
export interface OutboxLook {
  readonly locked: boolean
  readonly oldest: string | null
  readonly newest: string | null
  readonly age_ms: number | null
}

export const lookAtOutbox = (outbox: string) => `
  select pg_try_advisory_lock($1::bigint) as locked, min(id)::text as oldest, max(id)::text as newest,
         (select ${age('created_at')} from ${outbox} order by id limit 1) as age_ms
  from ${outbox}`
