import { type IndexKeyText, indexKeyOf, literalOf, quoteName } from './index-key.js'
import type { NameScope, NamingContext, Output, Resolved, Source } from './name-scope.js'
import {
  bodyOf,
  childrenOf,
  kindOf,
  lastNameOf,
  listOf,
  namesOf,
  type TreeBody,
  type TreeNode,
} from './syntax-tree.js'
import type { IndexTerm, TableUse } from './table-use.js'

type ReadSelect = (select: TreeBody, scope: NameScope, isExists: boolean) => readonly Output[]

/** Finds in conditions what an index could serve, and notes every column that is read on the way. */
export class ConditionReader {
  #branches = 0

  constructor(
    private readonly context: Pick<NamingContext, 'catalog' | 'sortsByBytes' | 'hasTrigrams'>,
    private readonly uses: readonly TableUse[],
    private readonly readSelect: ReadSelect,
  ) {}

  /** A condition that filters rows. */
  where(node: unknown, scope: NameScope, branch = 0): void {
    const logic = bodyOf(node, 'BoolExpr')
    if (logic?.boolop === 'AND_EXPR') for (const part of listOf(logic.args)) this.where(part, scope, branch)
    else if (logic?.boolop === 'OR_EXPR' && branch === 0)
      for (const part of listOf(logic.args)) this.where(part, scope, ++this.#branches)
    else {
      this.read(node, scope)
      if (node) this.#condition(node as TreeNode, scope, branch)
    }
  }

  joinUsing(name: string, left: readonly Source[], right: readonly Source[]): void {
    const find = (sources: readonly Source[]) =>
      sources.map(source => source.column(name)).find(found => found)
    this.#join(find(left), find(right), 0)
  }

  /** Notes the columns of an expression, and reads the queries in it. */
  read(node: unknown, scope: NameScope): void {
    const reference = bodyOf(node, 'ColumnRef')
    if (reference) {
      const isStar = listOf(reference.fields).some(field => kindOf(field) === 'A_Star')
      const found = isStar ? undefined : scope.resolve(reference)
      if (found) found.use.columns.add(found.column)
      if (found !== undefined) return
      const names = namesOf(reference.fields)
      const alias = isStar ? names.at(-2) : names[0]
      for (const { use, alias: own } of scope.sources)
        if (use && (!alias || own === alias)) use.allColumns = true
      return
    }
    const sub = bodyOf(node, 'SubLink')
    if (sub) {
      const outputs = this.readSelect(
        bodyOf(sub.subselect, 'SelectStmt') ?? {},
        scope,
        sub.subLinkType === 'EXISTS_SUBLINK',
      )
      this.read(sub.testexpr, scope)
      if (sub.subLinkType !== 'ANY_SUBLINK') return
      const tested = bodyOf(sub.testexpr, 'ColumnRef')
      if (tested) this.#join(scope.resolve(tested), outputs[0]?.of, 0)
      return
    }
    const select = bodyOf(node, 'SelectStmt')
    if (select) this.readSelect(select, scope, false)
    else for (const child of childrenOf(node)) this.read(child, scope)
  }

  #condition(node: TreeNode, scope: NameScope, branch: number): void {
    const test = bodyOf(node, 'NullTest')
    const truth = bodyOf(node, 'BooleanTest')
    const negated = bodyOf(node, 'BoolExpr')
    if (test) {
      const isNull = test.nulltesttype === 'IS_NULL'
      const key = this.#key(test.arg, scope)
      if (key)
        this.#add(key, isNull ? 'equal' : 'constant', branch, {
          predicate: `${key.key} IS ${isNull ? '' : 'NOT '}NULL`,
        })
    } else if (truth && (truth.booltesttype === 'IS_TRUE' || truth.booltesttype === 'IS_FALSE'))
      this.#boolean(truth.arg, truth.booltesttype === 'IS_TRUE', scope, branch)
    else if (negated?.boolop === 'NOT_EXPR') this.#boolean(listOf(negated.args)[0], false, scope, branch)
    else if (kindOf(node) === 'ColumnRef') this.#boolean(node, true, scope, branch)
    else if (kindOf(node) === 'A_Expr') this.#comparison(bodyOf(node, 'A_Expr') ?? {}, scope, branch)
  }

  #boolean(node: unknown, isTrue: boolean, scope: NameScope, branch: number): void {
    const key = kindOf(node) === 'ColumnRef' ? this.#key(node, scope) : undefined
    if (key) this.#add(key, 'equal', branch, { predicate: isTrue ? key.key : `NOT ${key.key}` })
  }

  #comparison(expression: TreeBody, scope: NameScope, branch: number): void {
    const operator = lastNameOf(expression.name)
    const left = expression.lexpr as TreeNode
    const right = expression.rexpr as TreeNode
    if (expression.kind === 'AEXPR_OP_ANY' || expression.kind === 'AEXPR_IN') {
      const key = operator === '=' ? this.#key(left, scope) : undefined
      if (key && !this.#reads(right, key.use, scope)) this.#add(key, 'equal', branch)
    } else if (expression.kind === 'AEXPR_BETWEEN') {
      const key = this.#key(left, scope)
      if (key && !this.#reads(right, key.use, scope)) this.#add(key, 'range', branch)
    } else if (expression.kind === 'AEXPR_LIKE' || expression.kind === 'AEXPR_ILIKE')
      this.#pattern(
        expression.kind === 'AEXPR_LIKE' && operator === '~~',
        operator,
        left,
        right,
        scope,
        branch,
      )
    else if (expression.kind !== 'AEXPR_OP') return
    else if (kindOf(left) === 'RowExpr' && kindOf(right) === 'RowExpr')
      this.#rows(operator, left, right, scope, branch)
    else {
      this.#side(operator, left, right, scope, branch)
      this.#side(mirrored.get(operator) ?? '', right, left, scope, branch)
    }
  }

  /** `(a, b) = (…)` is one condition for each; `(a, b) < (…)` is a range of the first. */
  #rows(operator: string, left: TreeNode, right: TreeNode, scope: NameScope, branch: number): void {
    const others = listOf(bodyOf(right, 'RowExpr')?.args)
    for (const [place, own] of listOf(bodyOf(left, 'RowExpr')?.args).entries()) {
      const other = others[place]
      if (other && (operator === '=' || place === 0)) this.#side(operator, own, other, scope, branch)
    }
  }

  #side(operator: string, own: TreeNode, other: TreeNode, scope: NameScope, branch: number): void {
    const key = this.#key(own, scope)
    if (!key || this.#reads(other, key.use, scope)) return
    const role = roles.get(operator)
    if (role === 'contains') this.#contains(key, operator, branch)
    else if (role === 'range') this.#add(key, 'range', branch)
    else if (role === 'equal') {
      const partner = this.#usesIn(other, scope)[0]
      if (partner) this.#add(key, 'join', branch, { other: this.uses.indexOf(partner) })
      else {
        const literal = bodyOf(bodyOf(other, 'TypeCast')?.arg ?? other, 'A_Const')
        const text = literal && literalOf(literal)
        this.#add(key, 'equal', branch, text === undefined ? {} : { predicate: `${key.key} = ${text}` })
      }
    }
  }

  #pattern(
    isLike: boolean,
    operator: string,
    own: TreeNode,
    other: TreeNode,
    scope: NameScope,
    branch: number,
  ): void {
    const key = this.#key(own, scope)
    if (!key || operator.startsWith('!')) return
    const pattern = (bodyOf(other, 'A_Const')?.sval as { sval?: string } | undefined)?.sval
    if (isLike && pattern && !/^[%_]/.test(pattern)) {
      const operatorClass = this.context.sortsByBytes ? '' : 'text_pattern_ops'
      this.#add(key, 'prefix', branch, { operatorClass })
    } else if (this.context.hasTrigrams && this.#typeOf(key) === 'text')
      this.#add(key, 'contains', branch, { operatorClass: 'gin_trgm_ops' })
  }

  #contains(key: IndexKeyText, operator: string, branch: number): void {
    const type = this.#typeOf(key)
    if (type === 'jsonb' && operator === '@>')
      this.#add(key, 'contains', branch, { operatorClass: 'jsonb_path_ops' })
    else if (type === 'jsonb' && operator.startsWith('?')) this.#add(key, 'contains', branch)
    else if (type === 'tsvector' && operator === '@@') this.#add(key, 'contains', branch)
    else if (type.endsWith('[]') && ['@>', '<@', '&&'].includes(operator)) this.#add(key, 'contains', branch)
  }

  #typeOf(key: IndexKeyText): string {
    if (key.isExpression) return /^to_tsvector\(/.test(key.key) ? 'tsvector' : ''
    const type = this.context.catalog.tables.get(key.use.table)?.columns.get(key.columns[0] ?? '')?.type ?? ''
    return type.startsWith('character varying') ? 'text' : type
  }

  #join(left: Resolved | undefined, right: Resolved | undefined, branch: number): void {
    const key = (found: Resolved | undefined): IndexKeyText | undefined =>
      found
        ? { use: found.use, key: quoteName(found.column), columns: [found.column], isExpression: false }
        : undefined
    const [one, two] = [key(left), key(right)]
    if (one) this.#add(one, two ? 'join' : 'equal', branch, two ? { other: this.uses.indexOf(two.use) } : {})
    if (two) this.#add(two, one ? 'join' : 'equal', branch, one ? { other: this.uses.indexOf(one.use) } : {})
  }

  #key(node: unknown, scope: NameScope): IndexKeyText | undefined {
    return node ? indexKeyOf(node as TreeNode, scope, this.context.catalog) : undefined
  }

  #reads(node: unknown, use: TableUse, scope: NameScope): boolean {
    return this.#usesIn(node, scope).includes(use)
  }

  /** Without those inside of subqueries: a scalar subquery is a value. */
  #usesIn(node: unknown, scope: NameScope): TableUse[] {
    const reference = bodyOf(node, 'ColumnRef')
    if (reference) {
      const use = scope.resolve(reference)?.use
      return use ? [use] : []
    }
    return bodyOf(node, 'SubLink') ? [] : childrenOf(node).flatMap(child => this.#usesIn(child, scope))
  }

  #add(key: IndexKeyText, role: IndexTerm['role'], branch: number, more: Partial<IndexTerm> = {}): void {
    const { use, ...text } = key
    for (const column of key.columns) use.columns.add(column)
    use.terms.push({ ...text, role, branch, ...more })
  }
}

const mirrored = new Map([
  ['=', '='],
  ['<', '>'],
  ['>', '<'],
  ['<=', '>='],
  ['>=', '<='],
  ['@>', '<@'],
  ['<@', '@>'],
  ['&&', '&&'],
])
const roles = new Map<string, 'equal' | 'range' | 'contains'>([
  ['=', 'equal'],
  ...['<', '>', '<=', '>='].map(operator => [operator, 'range'] as const),
  ...['@>', '<@', '&&', '?', '?|', '?&', '@@'].map(operator => [operator, 'contains'] as const),
])
