import type { ColumnFacts, IndexFacts, IndexKey, TableFacts } from '#src/advice/catalog-facts'

/** A table as the catalog tells it: of these columns, a million rows, without indexes. */
export function tableFacts(
  name: `${string}.${string}`,
  columns: Readonly<Record<string, string>>,
  more: Partial<TableFacts> = {},
): TableFacts {
  const [schema = '', table = ''] = name.split('.')
  return {
    schema,
    name: table,
    kind: 'r',
    rows: 1_000_000,
    bytes: 100_000_000,
    columns: new Map(Object.entries(columns).map(([column, type]) => [column, columnFacts(column, type)])),
    indexes: [],
    foreignKeys: [],
    writes: { inserted: 0, updated: 0, hotUpdated: 0, deleted: 0 },
    scans: { sequential: 0, index: 0 },
    lastAnalyzedAt: '2024-01-01T00:00:00Z',
    changedSinceAnalyze: 0,
    ...more,
  }
}

function columnFacts(name: string, type: string): ColumnFacts {
  return { name, type, isNotNull: false, distinct: 1000, nullShare: 0, averageWidth: 8, correlation: 0 }
}

/** `'a desc'` and `'lower(a)'` become keys. */
export function indexFacts(
  name: string,
  keys: readonly string[],
  more: Partial<IndexFacts> = {},
): IndexFacts {
  return {
    schema: 'public',
    name,
    keys: keys.map(keyFacts),
    included: [],
    method: 'btree',
    predicate: null,
    isUnique: false,
    isPrimary: false,
    isConstraint: false,
    isValid: true,
    isReplicaIdentity: false,
    isClustered: false,
    bytes: 10_000_000,
    scans: 1000,
    lastScanAt: null,
    definition: `CREATE INDEX ${name} ON public.t USING btree (${keys.join(', ')})`,
    ...more,
  }
}

function keyFacts(key: string): IndexKey {
  const [text = '', ...words] = key.split(' ')
  const isDescending = words.includes('desc')
  const nullsFirst = words.includes('last') ? false : words.includes('first') || isDescending
  return {
    text,
    isExpression: text.includes('('),
    isDescending,
    nullsFirst,
    operatorClass: '',
    collation: '',
  }
}
