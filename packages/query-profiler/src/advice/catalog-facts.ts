/** What the system catalogs say of the tables that matter; no value of a row, no most common value. */
export interface CatalogFacts {
  /** By 'schema.table'. */
  readonly tables: ReadonlyMap<string, TableFacts>
}

export interface TableFacts {
  readonly schema: string
  readonly name: string
  /** 'r' table, 'p' partitioned, 'm' materialised view. */
  readonly kind: 'r' | 'p' | 'm'
  /** Estimated; -1: never analysed. */
  readonly rows: number
  readonly bytes: number
  /** Its size when it was last analysed or vacuumed. */
  readonly analyzedBytes?: number
  /** Pages that an index-only scan need not visit, 0 to 1. */
  readonly visibleShare?: number
  readonly columns: ReadonlyMap<string, ColumnFacts>
  readonly indexes: readonly IndexFacts[]
  readonly foreignKeys: readonly ForeignKeyFacts[]
  /** Since the statistics were reset. */
  readonly writes: {
    readonly inserted: number
    readonly updated: number
    readonly hotUpdated: number
    readonly deleted: number
  }
  readonly scans: { readonly sequential: number; readonly index: number }
  /** ISO 8601; null: never. */
  readonly lastAnalyzedAt: string | null
  readonly changedSinceAnalyze: number
}

export interface ColumnFacts {
  readonly name: string
  /** As `format_type` writes it. */
  readonly type: string
  readonly isNotNull: boolean
  /** As pg_stats has it: negative is a share of the rows; null: no statistics. */
  readonly distinct: number | null
  readonly nullShare: number | null
  /** Bytes. */
  readonly averageWidth: number | null
  readonly correlation: number | null
}

export interface IndexFacts {
  readonly schema: string
  readonly name: string
  /** Columns or expressions, as `pg_get_indexdef(…, n, true)` writes them; keys only. */
  readonly keys: readonly IndexKey[]
  readonly included: readonly string[]
  readonly method: string
  /** Text of the predicate; null: all rows. */
  readonly predicate: string | null
  readonly isUnique: boolean
  readonly isPrimary: boolean
  readonly isConstraint: boolean
  readonly isValid: boolean
  readonly isReplicaIdentity: boolean
  readonly isClustered: boolean
  /** It belongs to the index of a partitioned table, and goes with that. */
  readonly isPartOfAnother?: boolean
  readonly bytes: number
  readonly scans: number
  /** ISO 8601; null: never, or the server does not tell (before 16). */
  readonly lastScanAt: string | null
  readonly definition: string
}

export interface IndexKey {
  /** A column's name, unquoted, or an expression. */
  readonly text: string
  readonly isExpression: boolean
  readonly isDescending: boolean
  readonly nullsFirst: boolean
  /** Empty: the type's own. */
  readonly operatorClass: string
  readonly collation: string
}

export interface ForeignKeyFacts {
  readonly name: string
  readonly columns: readonly string[]
  readonly referencedTable: string
  readonly referencedColumns: readonly string[]
  /** Rows deleted from, and at most how many keys updated in, the referenced table since the statistics were reset. */
  readonly parentDeletes: number
  readonly parentUpdates: number
}
