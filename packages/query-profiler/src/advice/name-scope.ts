import type { CatalogFacts } from './catalog-facts.js'
import { namesOf, type TreeBody } from './syntax-tree.js'
import type { TableUse } from './table-use.js'

/** What names mean in the database. */
export interface NamingContext {
  readonly catalog: CatalogFacts
  /** Schemas in which a name without one is looked up, first first. */
  readonly searchPath: readonly string[]
  /** Definitions of views by 'schema.view'; a view counts as the subquery that it is. */
  readonly views: ReadonlyMap<string, string>
  /** The database sorts text by bytes, so that a plain index serves LIKE 'abc%'. */
  readonly sortsByBytes: boolean
  readonly hasTrigrams: boolean
}

/** A column of a table; null: known by that name, but computed. */
export type Resolved = { readonly use: TableUse; readonly column: string } | null

/** What a query's FROM offers under one name. */
export interface Source {
  readonly alias: string
  readonly use: TableUse | undefined
  column(name: string): Resolved | undefined
}

/** What names mean at one place of a query; a subquery looks into those around it. */
export class NameScope {
  readonly sources: Source[] = []
  /** Names of CTEs; null: one whose columns are not known, such as a recursive one inside itself. */
  readonly ctes: Map<string, readonly Output[] | null>

  constructor(
    private readonly parent: NameScope | undefined,
    ctes?: ReadonlyMap<string, readonly Output[] | null>,
  ) {
    this.ctes = new Map(ctes ?? parent?.ctes)
  }

  resolve(reference: TreeBody): Resolved | undefined {
    const names = namesOf(reference.fields)
    const column = names.at(-1)
    if (!column) return undefined
    const alias = names.at(-2)
    for (const source of this.sources) {
      if (alias !== undefined && source.alias !== alias) continue
      const found = source.column(column)
      if (found !== undefined) return found
    }
    return this.parent?.resolve(reference)
  }
}

/** A column of a subquery's result. */
export interface Output {
  readonly name: string
  readonly of: Resolved
}

export function tableSource(alias: string, use: TableUse, catalog: CatalogFacts): Source {
  const columns = catalog.tables.get(use.table)?.columns
  return { alias, use, column: name => (columns?.has(name) ? { use, column: name } : undefined) }
}

export function outputSource(alias: string, outputs: readonly Output[], names: readonly string[]): Source {
  const columns = new Map(outputs.map((output, place) => [names[place] ?? output.name, output.of]))
  return { alias, use: undefined, column: name => columns.get(name) }
}
