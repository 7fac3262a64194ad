import { sqlParser } from '../fingerprint/sql-parser.js'
import { ConditionReader } from './condition-reader.js'
import { indexKeyOf } from './index-key.js'
import { NameScope, type NamingContext, type Output, outputSource, tableSource } from './name-scope.js'
import { bodyOf, kindOf, lastNameOf, listOf, namesOf, type TreeBody, type TreeNode } from './syntax-tree.js'
import type { QueryColumns, TableUse } from './table-use.js'

/**
 * What a statement does with the columns of each table: a SELECT, or the search of an UPDATE, DELETE or INSERT … SELECT.
 * Only names in the catalog count; an unqualified column belongs to the first table of the FROM that has it.
 * @throws SqlError for what PostgreSQL's parser refuses
 */
export function queryColumns(sql: string, context: NamingContext): QueryColumns {
  const reader = new QueryReader(context)
  const statement = listOf((sqlParser.parse(sql) as TreeBody).stmts)[0]?.stmt
  reader.statement(statement as TreeNode)
  return { uses: reader.uses, updated: reader.updated, unknown: [...reader.unknown] }
}

const deepestView = 8

class QueryReader {
  readonly uses: TableUse[] = []
  readonly unknown = new Set<string>()
  updated: QueryColumns['updated']
  readonly #context: NamingContext
  readonly #conditions: ConditionReader
  #viewDepth = 0

  constructor(context: NamingContext) {
    this.#context = context
    this.#conditions = new ConditionReader(context, this.uses, (select, scope, isExists) =>
      this.select(select, scope, isExists),
    )
  }

  statement(node: TreeNode): void {
    const body = (bodyOf(node, kindOf(node)) ?? {}) as TreeBody
    const scope = new NameScope(undefined)
    if (kindOf(node) === 'SelectStmt') {
      this.select(body, undefined, false)
      return
    }
    this.#ctes(body, scope)
    if (kindOf(node) === 'InsertStmt') this.select(bodyOf(body.selectStmt, 'SelectStmt') ?? {}, scope, false)
    else if (kindOf(node) === 'UpdateStmt' || kindOf(node) === 'DeleteStmt') {
      this.#from({ RangeVar: body.relation as TreeBody }, scope)
      const table = this.uses.at(-1)?.table
      if (kindOf(node) === 'UpdateStmt' && table)
        this.updated = {
          table,
          columns: listOf(body.targetList).map(target => String(bodyOf(target, 'ResTarget')?.name)),
        }
      for (const item of [...listOf(body.fromClause), ...listOf(body.usingClause)]) this.#from(item, scope)
      for (const target of listOf(body.targetList))
        this.#conditions.read(bodyOf(target, 'ResTarget')?.val, scope)
      this.#conditions.where(body.whereClause, scope)
    }
  }

  /** @returns what the columns of its result are */
  select(body: TreeBody, parent: NameScope | undefined, isExists: boolean): Output[] {
    const scope = new NameScope(parent)
    this.#ctes(body, scope)
    if (body.larg) {
      const outputs = this.select(body.larg as TreeBody, scope, isExists)
      this.select(body.rarg as TreeBody, scope, isExists)
      // A filter on a union filters its second part, too; only the first is followed.
      return outputs
    }
    for (const item of listOf(body.fromClause)) this.#from(item, scope)
    this.#conditions.where(body.whereClause, scope)
    const targets = listOf(body.targetList).map(target => bodyOf(target, 'ResTarget') ?? {})
    if (!isExists) for (const target of targets) this.#conditions.read(target.val, scope)
    for (const other of [body.groupClause, body.havingClause, body.valuesLists, body.windowClause])
      this.#conditions.read(other, scope)
    this.#order(body, targets, scope)
    return targets.flatMap(target => this.#outputsOf(target, scope))
  }

  #ctes(body: TreeBody, scope: NameScope): void {
    const clause = body.withClause as TreeBody | undefined
    for (const node of listOf(clause?.ctes)) {
      const cte = bodyOf(node, 'CommonTableExpr') ?? {}
      const name = String(cte.ctename)
      if (clause?.recursive) scope.ctes.set(name, null)
      const query = bodyOf(cte.ctequery, 'SelectStmt')
      const outputs = query ? this.select(query, scope, false) : []
      const names = namesOf(cte.aliascolnames)
      scope.ctes.set(
        name,
        outputs.map((output, place) => ({ ...output, name: names[place] ?? output.name })),
      )
    }
  }

  #from(node: TreeNode, scope: NameScope): void {
    const join = bodyOf(node, 'JoinExpr')
    if (join) {
      this.#from(join.larg as TreeNode, scope)
      const before = scope.sources.length
      this.#from(join.rarg as TreeNode, scope)
      this.#conditions.where(join.quals, scope)
      for (const name of namesOf(join.usingClause))
        this.#conditions.joinUsing(name, scope.sources.slice(0, before), scope.sources.slice(before))
      return
    }
    const subquery = bodyOf(node, 'RangeSubselect')
    if (subquery) {
      const outputs = this.select(bodyOf(subquery.subquery, 'SelectStmt') ?? {}, scope, false)
      const alias = subquery.alias as TreeBody | undefined
      scope.sources.push(outputSource(String(alias?.aliasname ?? ''), outputs, namesOf(alias?.colnames)))
      return
    }
    const named = bodyOf(node, 'RangeVar')
    if (named) this.#relation(named, scope)
    else this.#conditions.read(node, scope)
  }

  #relation(named: TreeBody, scope: NameScope): void {
    const name = String(named.relname)
    const alias = String((named.alias as TreeBody | undefined)?.aliasname ?? name)
    const outputs = named.schemaname ? undefined : scope.ctes.get(name)
    if (outputs !== undefined) {
      scope.sources.push(outputSource(alias, outputs ?? [], []))
      return
    }
    const { catalog, searchPath, views } = this.#context
    const schemas = named.schemaname ? [String(named.schemaname)] : searchPath
    for (const full of schemas.map(schema => `${schema}.${name}`)) {
      if (catalog.tables.has(full)) {
        const use = {
          table: full,
          terms: [],
          order: [],
          isLimited: false,
          columns: new Set<string>(),
          allColumns: false,
        }
        this.uses.push(use)
        scope.sources.push(tableSource(alias, use, catalog))
        return
      }
      const definition = views.get(full)
      if (definition !== undefined && this.#viewDepth < deepestView) {
        this.#viewDepth++
        const tree = listOf((sqlParser.parse(definition) as TreeBody).stmts)[0]?.stmt
        scope.sources.push(
          outputSource(alias, this.select(bodyOf(tree, 'SelectStmt') ?? {}, undefined, false), []),
        )
        this.#viewDepth--
        return
      }
    }
    this.unknown.add(name)
  }

  #outputsOf(target: TreeBody, scope: NameScope): Output[] {
    const reference = bodyOf(target.val, 'ColumnRef')
    const isStar = listOf(reference?.fields).some(field => kindOf(field) === 'A_Star')
    if (isStar) {
      const alias = namesOf(reference?.fields).at(-2)
      return scope.sources
        .filter(source => source.use && (!alias || source.alias === alias))
        .flatMap(({ use }) =>
          [...(this.#context.catalog.tables.get(use?.table ?? '')?.columns.keys() ?? [])].map(column => ({
            name: column,
            of: use ? { use, column } : null,
          })),
        )
    }
    const of = (reference && scope.resolve(reference)) ?? null
    const name =
      target.name ?? lastNameOf(reference?.fields) ?? lastNameOf(bodyOf(target.val, 'FuncCall')?.funcname)
    return [{ name: String(name), of }]
  }

  /** Also `min(x)` and `max(x)`, which read one end of an index, and DISTINCT ON, which reads it in order. */
  #order(body: TreeBody, targets: readonly TreeBody[], scope: NameScope): void {
    const isLimited = body.limitCount !== undefined && bodyOf(body.limitCount, 'A_Const')?.isnull !== true
    for (const node of listOf(body.sortClause)) this.#conditions.read(bodyOf(node, 'SortBy')?.node, scope)
    const only = targets.length === 1 && !body.groupClause ? bodyOf(targets[0]?.val, 'FuncCall') : undefined
    if (only && ['min', 'max'].includes(lastNameOf(only.funcname))) {
      const isDescending = lastNameOf(only.funcname) === 'max'
      this.#addOrder(
        [{ node: listOf(only.args)[0], isDescending, nulls: 'SORTBY_NULLS_DEFAULT' }],
        scope,
        true,
      )
      return
    }
    const keys = listOf(body.sortClause).map(node => {
      const sort = bodyOf(node, 'SortBy') ?? {}
      return {
        node: sortTarget(sort.node as TreeNode, targets),
        isDescending: sort.sortby_dir === 'SORTBY_DESC',
        nulls: sort.sortby_nulls,
      }
    })
    this.#addOrder(keys, scope, isLimited && !body.groupClause)
  }

  #addOrder(
    keys: readonly { node: TreeNode | undefined; isDescending: boolean; nulls: unknown }[],
    scope: NameScope,
    isLimited: boolean,
  ): void {
    let owner: TableUse | undefined
    for (const { node, isDescending, nulls } of keys) {
      const key = node && indexKeyOf(node, scope, this.#context.catalog)
      if (!key || (owner && key.use !== owner)) return
      owner = key.use
      owner.isLimited ||= isLimited
      const nullsFirst = nulls === 'SORTBY_NULLS_FIRST' || (nulls !== 'SORTBY_NULLS_LAST' && isDescending)
      owner.order.push({ ...key, isDescending, nullsFirst })
    }
  }
}

/** `ORDER BY 2` and `ORDER BY alias` mean what is selected. */
function sortTarget(node: TreeNode, targets: readonly TreeBody[]): TreeNode | undefined {
  const place = (bodyOf(node, 'A_Const')?.ival as { ival?: number } | undefined)?.ival
  if (place !== undefined) return targets[place - 1]?.val as TreeNode | undefined
  const names = namesOf(bodyOf(node, 'ColumnRef')?.fields)
  const named = names.length === 1 ? targets.find(target => target.name === names[0]) : undefined
  return (named?.val as TreeNode | undefined) ?? node
}
