import { smallestTable } from './candidates.js'
import type { CatalogFacts, ForeignKeyFacts, TableFacts } from './catalog-facts.js'
import { type IndexCandidate, indexCandidate } from './index-candidate.js'
import { quoteName } from './index-key.js'

export interface UnindexedForeignKey {
  readonly index: IndexCandidate
  readonly foreignKey: ForeignKeyFacts
}

/**
 * Foreign keys that no index serves, of tables that are not small and whose referenced table is deleted from (or its keys
 * changed): each deleted row reads the whole table, which no plan shows. The first keys of a whole B-tree serve in any order.
 */
export function unindexedForeignKeys(catalog: CatalogFacts): UnindexedForeignKey[] {
  return [...catalog.tables.values()].flatMap(table => {
    if (table.rows < smallestTable.rows || table.bytes < smallestTable.bytes) return []
    return table.foreignKeys
      .filter(key => key.parentDeletes + key.parentUpdates > 0 && !isServed(table, key.columns))
      .map(foreignKey => ({ index: indexOn(table, foreignKey.columns), foreignKey }))
  })
}

export function isServed(table: TableFacts, columns: readonly string[]): boolean {
  return table.indexes.some(index => {
    if (index.method !== 'btree' || index.predicate !== null || !index.isValid) return false
    const first = index.keys.slice(0, columns.length).filter(key => !key.isExpression)
    return columns.every(column => first.some(key => key.text === column))
  })
}

/** A candidate that was chosen for queries serves as well. */
export function servesForeignKey(index: IndexCandidate, { index: wanted }: UnindexedForeignKey): boolean {
  if (index.table !== wanted.table || index.method !== 'btree' || index.predicate) return false
  const first = index.keys.slice(0, wanted.keys.length).map(key => key.key)
  return wanted.keys.every(key => first.includes(key.key))
}

function indexOn(table: TableFacts, columns: readonly string[]): IndexCandidate {
  const keys = columns.map(column => ({
    key: quoteName(column),
    columns: [column],
    isExpression: false,
    isDescending: false,
    nullsFirst: false,
    operatorClass: '',
  }))
  return indexCandidate({
    table,
    method: 'btree',
    keys,
    equalKeys: keys.length,
    included: [],
    predicate: null,
  })
}
