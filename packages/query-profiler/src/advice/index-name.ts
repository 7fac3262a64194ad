import type { CatalogFacts } from './catalog-facts.js'
import type { IndexCandidate } from './index-candidate.js'

/** PostgreSQL cuts names at so many bytes. */
const mostBytes = 63

/** `table_columns_idx`, as PostgreSQL would name it; not taken in the schema, nor by `taken`. */
export function indexName(candidate: IndexCandidate, catalog: CatalogFacts, taken: Set<string>): string {
  const { table, keys, predicate } = candidate
  const words = keys.flatMap(key => (key.isExpression ? (key.key.match(/\w+/g) ?? []) : key.columns))
  const base = [table.name, ...words, ...(predicate ? ['partial'] : [])]
    .join('_')
    .replace(/[^\p{L}\p{N}_]/gu, '_')
  const used = new Set(
    [...catalog.tables.values()]
      .filter(other => other.schema === table.schema)
      .flatMap(other => [other.name, ...other.indexes.map(index => index.name)]),
  )
  for (let number = 0; ; number++) {
    const suffix = number === 0 ? '_idx' : `_idx${number}`
    const name = cut(base, mostBytes - suffix.length) + suffix
    const key = `${table.schema}.${name}`
    if (used.has(name) || taken.has(key)) continue
    taken.add(key)
    return name
  }
}

function cut(text: string, bytes: number): string {
  let result = ''
  for (const character of text) {
    if (Buffer.byteLength(result + character) > bytes) break
    result += character
  }
  return result
}
