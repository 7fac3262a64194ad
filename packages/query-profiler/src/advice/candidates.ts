import type { CatalogFacts, TableFacts } from './catalog-facts.js'
import { holdingAll } from './holding-all.js'
import { type CandidateKey, distinctOf, type IndexCandidate, indexCandidate } from './index-candidate.js'
import { coveringIndex } from './index-coverage.js'
import type { IndexTerm, OrderTerm, QueryColumns, TableUse } from './table-use.js'
import { type IsUpdated, updatedColumns } from './updated-columns.js'

/** Smaller tables are read whole faster than any index tells. */
export const smallestTable = { rows: 10_000, bytes: 1024 * 1024 }

const mostKeys = 4
const mostPerUse = 80
/** A condition that holds for more of the rows is no key of an index; it may be its predicate. */
const poorShare = 0.3
/** A condition that picks so few rows is worth an index of these alone. */
const selectiveShare = 0.2
/** A partial index leaves out at least as much. */
const mostOfPartial = 0.95

export interface CandidateInput {
  readonly catalog: CatalogFacts
  /** Roles of columns, one for each query. */
  readonly queries: readonly QueryColumns[]
  /** Share of a table's rows for which a condition holds, as the planner estimates; by table and condition. */
  readonly shareOf: (table: string, condition: string) => number | undefined
  /** Tables without candidates, such as those without statistics. */
  readonly without: ReadonlySet<string>
}

/**
 * Indexes that may help the queries: per table and query the columns compared by equality, those that most queries share
 * first; then one range or the columns of ORDER BY in its directions; each part alone as well; partial ones for conditions
 * in the text; GIN for operators of jsonb, arrays and text search. None that an existing index already covers.
 */
export function candidates(input: CandidateInput): IndexCandidate[] {
  const found = new Map<string, IndexCandidate>()
  const shared = sharing(input.queries)
  const isUpdated = updatedColumns(input.queries)
  for (const query of input.queries)
    for (const use of query.uses) {
      const table = input.catalog.tables.get(use.table)
      if (!table || input.without.has(use.table)) continue
      if (table.rows < smallestTable.rows || table.bytes < smallestTable.bytes) continue
      const ofUse = new CandidatesOfUse({ ...input, isUpdated }, use, table, shared).all()
      for (const candidate of ofUse.slice(0, mostPerUse))
        if (!coveringIndex(candidate, table.indexes)) found.set(candidate.definition, candidate)
    }
  return [...found.values()]
}

/** By table and key: how many queries compare it. */
function sharing(queries: readonly QueryColumns[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { uses } of queries) {
    const keys = new Set(
      uses.flatMap(use =>
        use.terms
          .filter(({ role }) => role === 'equal' || role === 'join')
          .map(({ key }) => `${use.table} ${key}`),
      ),
    )
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

class CandidatesOfUse {
  readonly #made = new Map<string, IndexCandidate>()

  constructor(
    private readonly input: CandidateInput & { readonly isUpdated: IsUpdated },
    private readonly use: TableUse,
    private readonly table: TableFacts,
    private readonly shared: ReadonlyMap<string, number>,
  ) {}

  all(): IndexCandidate[] {
    const branches = new Set(this.use.terms.map(term => term.branch))
    for (const branch of branches.size > 0 ? branches : [0])
      this.#ofBranch(this.use.terms.filter(term => term.branch === 0 || term.branch === branch))
    return [...this.#made.values()]
  }

  #ofBranch(terms: readonly IndexTerm[]): void {
    const equal = this.#sorted(
      terms.filter(term => term.role === 'equal' && this.#shareOf(term) <= poorShare),
    )
    const joins = [
      ...groupBy(
        terms.filter(term => term.role === 'join'),
        term => term.other,
      ).values(),
    ].map(group => this.#sorted(group))
    const allJoins = this.#sorted(joins.flat())
    const pinned = new Set(terms.filter(term => term.role === 'equal').map(term => term.key))
    const order = this.use.order.filter(key => !pinned.has(key.key))
    const bases = [
      equal,
      ...equal.map(term => [term]),
      ...joins.map(group => this.#sorted([...group, ...equal])),
      ...joins,
      ...allJoins.map(term => [term]),
      allJoins,
      this.#sorted([...allJoins, ...equal]),
      ...prefixes(equal),
    ]
      // For this query either order is as good; for others it matters which column comes first.
      .flatMap(base => (base.length === 2 ? [base, base.toReversed()] : [base]))
      .filter(base => base.length > 0 && base.length <= mostKeys)
    const ranges = distinctKeys(terms.filter(term => term.role === 'range' || term.role === 'prefix'))
    for (const base of bases) this.#make(base, [], terms)
    for (const base of [[], ...bases]) for (const range of ranges) this.#make(base, [keyOf(range)], terms)
    // Reading in order and leaving out what does not match looks cheap and is not, so equality comes first wherever there is any.
    const ordered = equal.length > 0 ? bases : this.use.isLimited ? [[], ...bases] : bases
    if (order.length > 0 && order.length <= mostKeys)
      for (const base of ordered) this.#make(base, order.map(orderKey), terms)
    for (const keys of [equal, ...ranges.map(range => [...equal, range])]) this.#whole(keys, equal.length)
    for (const term of terms.filter(one => one.role === 'contains')) this.#gin(term)
  }

  /** Shared by most queries first, then the most selective: any order serves this query. */
  #sorted(terms: readonly IndexTerm[]): IndexTerm[] {
    const count = (term: IndexTerm) => this.shared.get(`${this.use.table} ${term.key}`) ?? 0
    return distinctKeys(terms).sort(
      (a, b) =>
        count(b) - count(a) ||
        distinctOf(this.table, b) - distinctOf(this.table, a) ||
        a.key.localeCompare(b.key),
    )
  }

  #shareOf(term: IndexTerm): number {
    const share = term.predicate && this.input.shareOf(this.use.table, term.predicate)
    if (typeof share === 'number') return share
    return term.isExpression ? 0 : 1 / distinctOf(this.table, term)
  }

  #make(equal: readonly IndexTerm[], rest: readonly CandidateKey[], terms: readonly IndexTerm[]): void {
    const first = equal.map(keyOf)
    const own = new Set(first.map(key => key.key))
    const keys = [...first, ...rest.filter(key => !own.has(key.key))]
    if (keys.length === 0 || keys.length > mostKeys + 1) return
    const parts = { table: this.table, method: 'btree', keys, equalKeys: first.length, included: [] } as const
    this.#keep(indexCandidate({ ...parts, predicate: null }))
    const predicates = terms.flatMap(term => (term.predicate && term.branch === 0 ? [term] : []))
    for (const term of distinctKeys(predicates)) {
      const share = this.input.shareOf(this.use.table, term.predicate ?? '')
      if (share === undefined || share > mostOfPartial || term.predicate === undefined) continue
      const others = keys.filter(key => key.key !== term.key)
      const equalKeys = first.filter(key => key.key !== term.key).length
      const predicate = { sql: term.predicate, share }
      if (others.length > 0) this.#keep(indexCandidate({ ...parts, keys: others, equalKeys, predicate }))
      else if (share < selectiveShare) this.#keep(indexCandidate({ ...parts, predicate }))
    }
  }

  /** Alone the search may gain too little, since it reads the table here and there; the index alone is read at once. */
  #whole(terms: readonly IndexTerm[], equalKeys: number): void {
    if (terms.length === 0 || terms.length > mostKeys) return
    const keys = distinctKeys(terms).map(keyOf)
    const index = indexCandidate({
      table: this.table,
      method: 'btree',
      keys,
      equalKeys,
      included: [],
      predicate: null,
    })
    const wider = holdingAll(index, this.use, this.input.isUpdated)
    if (wider) this.#keep(wider)
  }

  #gin(term: IndexTerm): void {
    const keys = [{ ...keyOf(term), operatorClass: term.operatorClass ?? '' }]
    const parts = {
      table: this.table,
      method: 'gin',
      keys,
      equalKeys: 1,
      included: [],
      predicate: null,
    } as const
    this.#keep(indexCandidate(parts))
  }

  #keep(candidate: IndexCandidate): void {
    this.#made.set(candidate.definition, candidate)
  }
}

function keyOf(term: IndexTerm): CandidateKey {
  const operatorClass = term.role === 'prefix' ? (term.operatorClass ?? '') : ''
  return { ...plain(term), isDescending: false, nullsFirst: false, operatorClass }
}

function orderKey(term: OrderTerm): CandidateKey {
  return { ...plain(term), isDescending: term.isDescending, nullsFirst: term.nullsFirst, operatorClass: '' }
}

function plain({ key, columns, isExpression }: IndexTerm | OrderTerm) {
  return { key, columns, isExpression }
}

function prefixes(terms: readonly IndexTerm[]): IndexTerm[][] {
  return [2, 3].filter(length => length < terms.length).map(length => terms.slice(0, length))
}

function distinctKeys<T extends { readonly key: string }>(terms: readonly T[]): T[] {
  return [...new Map(terms.map(term => [term.key, term])).values()]
}

function groupBy<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value])
  return groups
}
