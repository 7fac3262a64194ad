import type { Advice, AdviceOptions, IndexAdvice, Workload } from './advice.js'
import { auditIndexes } from './audit-indexes.js'
import { candidates } from './candidates.js'
import type { CatalogFacts } from './catalog-facts.js'
import { CostBook, type CostedQuery } from './cost-book.js'
import { costedQueries } from './costed-queries.js'
import type { DatabaseSession } from './database-session.js'
import { decisionRecord } from './decision-record.js'
import { servesForeignKey, type UnindexedForeignKey, unindexedForeignKeys } from './foreign-keys.js'
import { type IndexCandidate, tableName } from './index-candidate.js'
import { mostPromising } from './most-promising.js'
import { statisticsAdvice } from './other-advice.js'
import { carefully } from './plan-cost.js'
import { predicateShares } from './predicate-shares.js'
import { readCatalog } from './read-catalog.js'
import { commonestShare } from './read-skew.js'
import { type SelectionInput, selectIndexes } from './select-indexes.js'
import { namingContext, readServerFacts, type ServerFacts } from './server-facts.js'
import type { WhatIfPlanner } from './what-if.js'
import { whatIfPlanner } from './what-if-planners.js'
import { withIncluded } from './with-included.js'
import { msOf } from './workload-value.js'
import { type WriteFacts, writeCost } from './write-cost.js'

interface Situation {
  readonly session: DatabaseSession
  readonly facts: ServerFacts
  readonly catalog: CatalogFacts
  readonly planner: WhatIfPlanner
  readonly workload: Workload
  readonly options: AdviceOptions
}

/**
 * Advises on indexes for a workload. Reads the catalog and asks for plans; creates nothing on the advised database and runs
 * none of the statements.
 * @param session a connection of its own, not through a pooler that changes connections between transactions; its settings
 * are put back
 * @throws ProfilerError DATABASE_UNREADABLE, SCRATCH_DATABASE_UNSUITABLE; the reason of the signal
 */
export async function advise(
  session: DatabaseSession,
  workload: Workload,
  options: AdviceOptions = {},
): Promise<Advice> {
  const facts = await readServerFacts(session)
  const catalog = await readCatalog(session)
  return carefully(session, async () => {
    const planner = await whatIfPlanner(session, facts, options.scratch)
    try {
      return await adviceFor({ session, facts, catalog, planner, workload, options })
    } finally {
      await planner.close()
    }
  })
}

async function adviceFor(situation: Situation): Promise<Advice> {
  const { session, facts, catalog, planner, workload, options } = situation
  const book = new CostBook(planner, options.signal)
  const total = workload.queries.length
  const { queries, plannable, left } = await costedQueries(
    workload,
    namingContext(facts, catalog),
    book,
    done => options.onProgress?.(done, total, 'planning the queries'),
  )
  const tables = new Set(queries.flatMap(({ tables: own }) => [...own]))
  const statistics = statisticsAdvice(catalog, tables)
  const columns = queries.map(({ query }) => query.columns)
  const shares = await predicateShares(session, facts.version, catalog, columns)
  const found = candidates({
    catalog,
    queries: columns,
    shareOf: (table, condition) => shares.get(`${table} ${condition}`),
    without: new Set(statistics.keys()),
  })
  const writes: WriteFacts = {
    counterDays: facts.counterDays,
    workloadDays: workload.days,
    updates: plannable.map(query => ({ updated: query.columns.updated, calls: query.of.calls })),
  }
  const selection: SelectionInput = {
    queries,
    book,
    candidates:
      planner.kind === 'scratch' ? await mostPromising(session, facts.version, found, queries) : found,
    budgetBytes: options.budgetBytes ?? defaultBudget(catalog, tables),
    writeCostOf: index => writeCost(index, writes),
    ...(options.onProgress && { onProgress: options.onProgress }),
  }
  const chosen = await withIncluded(selection, await selectIndexes(selection))
  const forKeys = indexesForKeys(catalog, chosen)
  const fitting =
    options.budgetBytes === undefined ? forKeys : withinBudget(options.budgetBytes, chosen, forKeys)
  const created = await recordsOf(situation, { queries, book, chosen, forKeys: fitting, writes })
  return {
    whatIf: planner.kind,
    indexes: [...created, ...auditIndexes({ catalog, counterDays: facts.counterDays })],
    others: [...statistics.values()],
    workloadCost: {
      before: weightedCost(queries, ({ base }) => base.cost),
      after: await costWith(queries, book, chosen),
    },
    notes: [
      ...(workload.queries.length > 0 ? aboutPlanner(facts, planner) : []),
      ...(fitting.length < forKeys.length
        ? [`Of foreign keys without an index, ${forKeys.length - fitting.length} left out: beyond the budget`]
        : []),
      ...[...left].map(
        ([reason, count]) =>
          `${count} ${count === 1 ? 'statement was' : 'statements were'} left out: ${reason}`,
      ),
    ],
  }
}

/** A tenth of the tables, at least 100 MB. */
function defaultBudget(catalog: CatalogFacts, tables: ReadonlySet<string>): number {
  const bytes = [...tables].reduce((sum, name) => sum + (catalog.tables.get(name)?.bytes ?? 0), 0)
  return Math.max(100 * 1024 * 1024, bytes / 10)
}

function indexesForKeys(catalog: CatalogFacts, chosen: readonly IndexCandidate[]): IndexCandidate[] {
  const unserved = unindexedForeignKeys(catalog).filter(
    key => !chosen.some(index => servesForeignKey(index, key)),
  )
  return [...new Map(unserved.map(key => [key.index.definition, key.index])).values()]
}

function withinBudget(
  budgetBytes: number,
  chosen: readonly IndexCandidate[],
  others: readonly IndexCandidate[],
): IndexCandidate[] {
  let left = chosen.reduce((bytes, index) => bytes - index.bytes.high, budgetBytes)
  return others.filter(({ bytes }) => {
    if (bytes.high > left) return false
    left -= bytes.high
    return true
  })
}

interface Chosen {
  readonly queries: readonly CostedQuery[]
  readonly book: CostBook
  readonly chosen: readonly IndexCandidate[]
  /** Beside those chosen for queries. */
  readonly forKeys: readonly IndexCandidate[]
  readonly writes: WriteFacts
}

/** Most saved first, foreign keys without a query last. */
async function recordsOf(
  situation: Situation,
  { queries, book, chosen, forKeys, writes }: Chosen,
): Promise<IndexAdvice[]> {
  const { session, catalog, planner, workload } = situation
  const keys = unindexedForeignKeys(catalog)
  const taken = new Set<string>()
  const records: { record: IndexAdvice; saved: number }[] = []
  for (const index of [...chosen, ...forKeys]) {
    const own = queries.filter(({ tables }) => tables.has(tableName(index.table)))
    const effects = []
    let saved = 0
    for (const costed of own) {
      const after = (await book.costOf(costed, chosen)) ?? costed.base
      const without =
        (await book.costOf(
          costed,
          chosen.filter(other => other !== index),
        )) ?? costed.base
      effects.push({ costed, after, without })
      saved += msOf(costed) * (Math.max(without.cost - after.cost, 0) / costed.base.cost)
    }
    const serves = (key: UnindexedForeignKey) => servesForeignKey(index, key)
    const record = decisionRecord({
      index,
      catalog,
      taken,
      whatIf: planner.kind,
      workloadDays: workload.days,
      writes: writeCost(index, writes),
      effects,
      foreignKeys: keys.filter(serves),
      commonest: await commonestShare(session, index),
    })
    records.push({ record, saved })
  }
  return records.sort((a, b) => b.saved - a.saved).map(({ record }) => record)
}

function weightedCost(queries: readonly CostedQuery[], costOf: (costed: CostedQuery) => number): number {
  return queries.reduce((sum, costed) => sum + costed.query.of.calls * costOf(costed), 0)
}

async function costWith(
  queries: readonly CostedQuery[],
  book: CostBook,
  chosen: readonly IndexCandidate[],
): Promise<number> {
  const costs = new Map<CostedQuery, number>()
  for (const costed of queries) costs.set(costed, ((await book.costOf(costed, chosen)) ?? costed.base).cost)
  return weightedCost(queries, costed => costs.get(costed) ?? costed.base.cost)
}

function aboutPlanner(facts: ServerFacts, planner: WhatIfPlanner): string[] {
  if (planner.kind === 'hypopg')
    return [`Planned with hypothetical indexes of HypoPG ${facts.hypopg?.version}.`]
  if (planner.kind === 'scratch') return ['Planned with real indexes in the scratch database.']
  return [
    'HypoPG is not installed here: costs are estimates from statistics, not the planner’s. CREATE EXTENSION hypopg, or name a copy of the database (--verify).',
  ]
}
