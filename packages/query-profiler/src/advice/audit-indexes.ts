import type { IndexAdvice } from './advice.js'
import type { CatalogFacts, IndexFacts, IndexKey, TableFacts } from './catalog-facts.js'
import { tableName } from './index-candidate.js'
import { quoteName } from './index-key.js'

export interface AuditInput {
  readonly catalog: CatalogFacts
  /** Days that the counters are from; null: unknown. */
  readonly counterDays: number | null
}

/** Less than a whole month and its last week does not show what is used once a month. */
export const settledDays = 35
/** Smaller indexes cost less than the work of dropping them. */
const smallIndexBytes = 1024 * 1024

/** Indexes that should go or be repaired: invalid ones, duplicates, ones that another begins with, ones that nothing reads. */
export function auditIndexes(input: AuditInput): IndexAdvice[] {
  const found: IndexAdvice[] = []
  for (const table of input.catalog.tables.values()) {
    const gone = new Set<IndexFacts>()
    for (const index of table.indexes) {
      const advice =
        invalid(table, index) ?? superfluous(table, index, gone) ?? unused(table, index, input.counterDays)
      if (!advice) continue
      gone.add(index)
      found.push(advice)
    }
  }
  return found
}

function invalid(table: TableFacts, index: IndexFacts): IndexAdvice | undefined {
  if (index.isValid || table.kind === 'p') return undefined
  return {
    ...about(table, index),
    action: 'repair',
    ddl: `REINDEX INDEX CONCURRENTLY ${qualified(index)}`,
    reason: `Index ${index.name} is invalid: a concurrent build of it failed. Writers keep it up to date, and no query may read it.`,
    confidence: 'high',
    confidenceReason: 'The catalog says so',
    howToVerify: `SELECT indisvalid FROM pg_index WHERE indexrelid = '${qualified(index).replaceAll("'", "''")}'::regclass`,
    howToUndo: `Drop it instead, if nothing needs it: DROP INDEX CONCURRENTLY ${qualified(index)}`,
  }
}

function superfluous(
  table: TableFacts,
  index: IndexFacts,
  gone: ReadonlySet<IndexFacts>,
): IndexAdvice | undefined {
  if (isKept(index)) return undefined
  const better = table.indexes.find(other => other !== index && !gone.has(other) && replaces(other, index))
  if (!better) return undefined
  const isDuplicate =
    better.keys.length === index.keys.length && better.included.length === index.included.length
  const isMuchSmaller = !isDuplicate && index.bytes * 3 < better.bytes && index.scans > 0
  return {
    ...about(table, index),
    ...dropped(table, index),
    redundantWith: [better.name],
    reason: isDuplicate
      ? `Index ${index.name} is the same as ${better.name}.`
      : `Index ${index.name} is what ${better.name} begins with, which serves the same searches.`,
    confidence: isDuplicate ? 'high' : isMuchSmaller ? 'low' : 'medium',
    confidenceReason: isMuchSmaller
      ? 'The other is over three times as large, so that reading it may take longer'
      : 'Same method, keys, operator classes, collations, order and predicate in the catalog',
  }
}

/** `other` serves all that `index` does. */
function replaces(other: IndexFacts, index: IndexFacts): boolean {
  if (!other.isValid || other.method !== index.method || other.predicate !== index.predicate) return false
  if (index.keys.length > other.keys.length) return false
  if (index.method !== 'btree' && index.keys.length !== other.keys.length) return false
  const offered = new Set([...other.keys.map(key => key.text), ...other.included])
  if (!index.included.every(column => offered.has(column))) return false
  const isSame = (turned: boolean) =>
    index.keys.every((key, place) => isSameKey(key, other.keys[place], turned))
  return isSame(false) || isSame(true)
}

function isSameKey(key: IndexKey, other: IndexKey | undefined, turned: boolean): boolean {
  return (
    other !== undefined &&
    key.text === other.text &&
    key.operatorClass === other.operatorClass &&
    key.collation === other.collation &&
    (key.isDescending !== other.isDescending) === turned &&
    (key.nullsFirst !== other.nullsFirst) === turned
  )
}

function unused(table: TableFacts, index: IndexFacts, counterDays: number | null): IndexAdvice | undefined {
  const isYoung = counterDays === null || counterDays < settledDays
  if (index.scans > 0 || isYoung || isKept(index) || index.bytes < smallIndexBytes) return undefined
  if (supportsForeignKey(table, index)) return undefined
  const isExpression = index.keys.some(key => key.isExpression)
  return {
    ...about(table, index),
    ...dropped(table, index),
    reason: `Nothing has read index ${index.name} on this server for ${Math.floor(counterDays)} days, and every write keeps it up to date.`,
    confidence: isExpression ? 'low' : 'medium',
    confidenceReason: isExpression
      ? 'The planner may use the statistics of its expression without reading it'
      : 'Each replica counts for itself: look there, too, before you drop it',
  }
}

/** It does more than be searched: a constraint, an identity for replication, an order on disk, or a part of another. */
function isKept(index: IndexFacts): boolean {
  return (
    index.isUnique ||
    index.isPrimary ||
    index.isConstraint ||
    index.isReplicaIdentity ||
    index.isClustered ||
    index.isPartOfAnother === true ||
    !index.isValid
  )
}

/** Deleting from the referenced table reads it, which counts only while that is done. */
export function supportsForeignKey(
  table: TableFacts,
  index: Pick<IndexFacts, 'keys' | 'method' | 'predicate' | 'isValid'>,
): boolean {
  if (index.method !== 'btree' || index.predicate !== null || !index.isValid) return false
  return table.foreignKeys.some(({ columns }) => {
    const first = index.keys.slice(0, columns.length)
    return (
      first.length === columns.length &&
      columns.every(column => first.some(key => !key.isExpression && key.text === column))
    )
  })
}

function qualified(index: IndexFacts): string {
  return `${quoteName(index.schema)}.${quoteName(index.name)}`
}

function dropped(table: TableFacts, index: IndexFacts) {
  // The index of a partitioned table cannot be dropped concurrently.
  const concurrently = table.kind === 'p' ? '' : ' CONCURRENTLY'
  return {
    action: 'drop',
    ddl: `DROP INDEX${concurrently} ${qualified(index)}`,
    howToVerify: `Where HypoPG is: SELECT hypopg_hide_index('${qualified(index).replaceAll("'", "''")}'::regclass), then EXPLAIN the queries of the table; look at idx_scan on every replica`,
    howToUndo: index.definition.replace(/^CREATE (UNIQUE )?INDEX /, `CREATE $1INDEX${concurrently} `),
  } as const
}

function about(table: TableFacts, index: IndexFacts) {
  return {
    table: tableName(table),
    helped: [],
    harmed: [],
    bytes: { low: index.bytes, high: index.bytes },
    writes: { rowsPerDay: null, overhead: 0, lostHotUpdates: 0 },
    redundantWith: [],
  }
}
