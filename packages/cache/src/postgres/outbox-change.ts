import type { OutboxRow } from './outbox-row.js'
import type { TrackedRow } from './track-table.js'
import { parseTrackedRow } from './tracked-row.js'

/** A row of a tracked table that changed, or by TRUNCATE all of them: then without `before` and `after`. */
export interface OutboxChange {
  /** 'schema.table'. */
  readonly table: string
  readonly operation: 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE'
  readonly before: TrackedRow | undefined
  readonly after: TrackedRow | undefined
}

export function changeOf({ tracked, operation, old_row, new_row }: OutboxRow): OutboxChange {
  return {
    table: tracked,
    operation: operation as OutboxChange['operation'],
    before: old_row === null ? undefined : parseTrackedRow(old_row),
    after: new_row === null ? undefined : parseTrackedRow(new_row),
  }
}
