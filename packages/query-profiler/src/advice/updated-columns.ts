import type { QueryColumns } from './table-use.js'

/** Whether a statement of the workload sets a column, so that in an index it would end heap-only updates. */
export type IsUpdated = (table: string, column: string) => boolean

export function updatedColumns(queries: readonly QueryColumns[]): IsUpdated {
  const updated = new Set(
    queries.flatMap(query =>
      (query.updated?.columns ?? []).map(column => `${query.updated?.table} ${column}`),
    ),
  )
  return (table, column) => updated.has(`${table} ${column}`)
}
