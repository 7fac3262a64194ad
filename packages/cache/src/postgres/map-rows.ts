import { CacheError } from '../cache-error.js'
import { checkKey, checkTags } from '../key/check-key.js'
import type { OutboxRow } from './outbox-row.js'
import { isNamespace, type TrackedTable } from './track-table.js'
import { parseTrackedRow } from './tracked-row.js'

/** What a batch of outbox rows invalidates. */
export interface Invalidations {
  readonly keys: Set<string>
  readonly tags: Set<string>
  readonly namespaces: Set<string>
  /** Of a table that says no namespaces, something changed that cannot be named closer. */
  everything: boolean
}

export interface MapOptions {
  readonly tables: ReadonlyMap<string, TrackedTable>
  /** Told of each row that cannot be mapped; its table's namespaces are cleared. */
  readonly onUnmapped: (error: CacheError) => void
}

export function mapRows(rows: readonly OutboxRow[], { tables, onUnmapped }: MapOptions): Invalidations {
  const found: Invalidations = { keys: new Set(), tags: new Set(), namespaces: new Set(), everything: false }
  for (const row of rows) {
    if (row.operation === 'TRUNCATE') {
      clearTable(row, found)
      continue
    }
    try {
      mapRow(row, tables.get(row.tracked), found)
    } catch (cause) {
      onUnmapped(unmapped(row.tracked, cause))
      clearTable(row, found)
    }
  }
  return found
}

function mapRow(row: OutboxRow, table: TrackedTable | undefined, found: Invalidations): void {
  if (!table) throw new Error('this release does not know the table')
  for (const json of [row.old_row, row.new_row]) {
    if (json === null) continue
    const values = parseTrackedRow(json)
    const [keys, tags] = [table.key(values), table.tags(values)]
    // A name that the cache refuses would have the whole batch refused, again and again.
    for (const key of keys) checkKey(key)
    checkTags(tags)
    for (const key of keys) found.keys.add(key)
    for (const tag of tags) found.tags.add(tag)
  }
}

/** The namespaces come with the row: so they are those of the release that wrote the trigger. */
function clearTable(row: OutboxRow, found: Invalidations): void {
  const namespaces = JSON.parse(row.namespaces) as string[]
  if (namespaces.length === 0 || !namespaces.every(isNamespace)) found.everything = true
  else for (const namespace of namespaces) found.namespaces.add(namespace)
}

function unmapped(table: string, cause: unknown): CacheError {
  return new CacheError('CACHE_TRACKING_INVALID', `A change of ${table} could not be mapped to keys`, {
    field: 'tables',
    remedy: 'Correct its key and tags; its namespaces were cleared instead',
    cause,
  })
}
