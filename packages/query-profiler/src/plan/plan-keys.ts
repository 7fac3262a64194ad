/** How the value of a key is read; what does not fit is left out. */
export type KeyKind =
  /** An identifier, or a word of PostgreSQL's own. */
  | 'name'
  | 'names'
  | 'number'
  | 'boolean'
  | 'expression'
  | 'expressions'
  /** An object with keys of this table, or a list of such. */
  | 'object'
  | 'objects'

const buffers = ['Shared', 'Local', 'Temp'].flatMap(kind => [
  ...['Hit', 'Read', 'Dirtied', 'Written'].map(verb => `${kind} ${verb} Blocks`),
  ...['Read', 'Write'].map(verb => `${kind} I/O ${verb} Time`),
])

/** The keys of a plan of PostgreSQL 13 to 18 that are kept, at any depth. The text of queries for other servers is not. */
const keysByKind: Readonly<Record<KeyKind, readonly string[]>> = {
  name: [
    ...[
      'Node Type',
      'Strategy',
      'Partial Mode',
      'Operation',
      'Command',
      'Parent Relationship',
      'Subplan Name',
    ],
    ...['Join Type', 'Scan Direction', 'Index Name', 'Relation Name', 'Schema', 'Alias', 'Function Name'],
    ...['Table Function Name', 'CTE Name', 'Tuplestore Name', 'Custom Plan Provider', 'Cache Mode'],
    ...['Sort Method', 'Sort Space Type', 'Sampling Method', 'Storage', 'Conflict Resolution'],
  ],
  names: ['Sort Methods Used', 'Conflict Arbiter Indexes', 'Params Evaluated'],
  number: [
    ...['Startup Cost', 'Total Cost', 'Plan Rows', 'Plan Width'],
    ...['Actual Startup Time', 'Actual Total Time', 'Actual Rows', 'Actual Loops'],
    ...['Rows Removed by Filter', 'Rows Removed by Index Recheck', 'Rows Removed by Join Filter'],
    ...['Heap Fetches', 'Index Searches', 'Exact Heap Blocks', 'Lossy Heap Blocks'],
    ...['Workers Planned', 'Workers Launched', 'Worker Number', 'Subplans Removed', 'Group Count'],
    ...['Sort Space Used', 'Average Sort Space Used', 'Peak Sort Space Used', 'Maximum Storage'],
    ...['Planned Partitions', 'HashAgg Batches', 'Peak Memory Usage', 'Disk Usage'],
    ...['Hash Buckets', 'Original Hash Buckets', 'Hash Batches', 'Original Hash Batches'],
    ...['Cache Hits', 'Cache Misses', 'Cache Evictions', 'Cache Overflows'],
    ...['Tuples Inserted', 'Tuples Updated', 'Tuples Deleted', 'Tuples Skipped', 'Conflicting Tuples'],
    ...[
      ...buffers,
      'I/O Read Time',
      'I/O Write Time',
      'WAL Records',
      'WAL FPI',
      'WAL Bytes',
      'WAL Buffers Full',
    ],
  ],
  boolean: ['Parallel Aware', 'Async Capable', 'Single Copy', 'Inner Unique', 'Disabled'],
  expression: [
    ...['Filter', 'Index Cond', 'Recheck Cond', 'Join Filter', 'Hash Cond', 'Merge Cond', 'TID Cond'],
    ...['Order By', 'One-Time Filter', 'Run Condition', 'Window', 'Cache Key', 'Function Call'],
    ...['Table Function Call', 'Repeatable Seed', 'Conflict Filter'],
  ],
  expressions: [
    ...['Sort Key', 'Presorted Key', 'Group Key', 'Group Keys', 'Hash Keys', 'Output', 'Sampling Parameters'],
  ],
  object: ['Full-sort Groups', 'Pre-sorted Groups', 'Sort Space Memory', 'Sort Space Disk'],
  objects: ['Workers', 'Grouping Sets'],
}

export const planKeys: ReadonlyMap<string, KeyKind> = new Map(
  (Object.keys(keysByKind) as KeyKind[]).flatMap(kind => keysByKind[kind].map(key => [key, kind] as const)),
)
