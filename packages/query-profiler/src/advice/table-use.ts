/** What a query does with one of the tables it names; a table that it names twice has two. */
export interface TableUse {
  /** 'schema.table', of the catalog. */
  readonly table: string
  readonly terms: IndexTerm[]
  /** As ORDER BY has them, up to the first that is not of this table. */
  readonly order: OrderTerm[]
  /** The query stops after some rows of that order. */
  isLimited: boolean
  /** Columns that the query reads, in any role. */
  readonly columns: Set<string>
  /** It reads all (`*`, or the row as a whole). */
  allColumns: boolean
}

/** Something an index may have as its key, and what the query asks of it. */
export interface IndexTerm {
  /** As a key is written in CREATE INDEX: a quoted name, a call, or an expression in parentheses. */
  readonly key: string
  readonly columns: readonly string[]
  readonly isExpression: boolean
  /**
   * `equal` to something known before the scan; `join`: equal to something of another table; `range`: one side or both;
   * `prefix`: LIKE 'abc%'; `contains`: an operator that GIN serves; `constant`: tells rows apart by the text alone.
   */
  readonly role: 'equal' | 'join' | 'range' | 'prefix' | 'contains' | 'constant'
  /** 0: holds for every row; else the branch of an OR that it stands in. */
  readonly branch: number
  /** Of `join`: which table, by its place among the uses. */
  readonly other?: number
  /** Of `contains`: `jsonb_path_ops`, `gin_trgm_ops` or empty. */
  readonly operatorClass?: string
  /** The condition in SQL, if it has no placeholder: may be the predicate of a partial index. */
  readonly predicate?: string
}

export interface OrderTerm {
  readonly key: string
  readonly columns: readonly string[]
  readonly isExpression: boolean
  readonly isDescending: boolean
  readonly nullsFirst: boolean
}

export interface QueryColumns {
  readonly uses: readonly TableUse[]
  /** What an UPDATE sets. */
  readonly updated: { readonly table: string; readonly columns: readonly string[] } | undefined
  /** Of names that are neither tables nor views of the catalog. */
  readonly unknown: readonly string[]
}
