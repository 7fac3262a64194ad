import type { Workload } from './advice.js'
import type { CostBook, CostedQuery } from './cost-book.js'
import type { NamingContext } from './name-scope.js'
import { type PlannableQuery, plannableQuery } from './plannable-query.js'

export interface CostedWorkload {
  readonly queries: readonly CostedQuery[]
  /** Also those that only write. */
  readonly plannable: readonly PlannableQuery[]
  /** How many could not be used, by reason; for a person. */
  readonly left: ReadonlyMap<string, number>
}

/** Cheaper queries gain nothing that could be measured. */
const leastCost = 10

export async function costedQueries(
  workload: Workload,
  naming: NamingContext,
  book: CostBook,
  onProgress: (done: number) => void,
): Promise<CostedWorkload> {
  const left = new Map<string, number>()
  const leave = (reason: string) => left.set(reason, (left.get(reason) ?? 0) + 1)
  for (const { reason } of workload.skipped) leave(reason)
  const plannable: PlannableQuery[] = []
  const queries: CostedQuery[] = []
  for (const [done, query] of workload.queries.entries()) {
    onProgress(done + 1)
    const read = plannableQuery(query, naming)
    if ('reason' in read) {
      leave(read.reason)
      continue
    }
    plannable.push(read)
    const tables = new Set(read.columns.uses.map(use => use.table))
    if (tables.size === 0) {
      leave('It reads no table of this database')
      continue
    }
    const base = await book.costOf({ query: read, tables }, [])
    if (!base)
      leave(
        'The server does not plan it: the role may not read its tables, or the types of its placeholders are not known',
      )
    else if (base.cost >= leastCost) queries.push({ query: read, tables, base })
  }
  return { queries, plannable, left }
}
