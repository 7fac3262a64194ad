import { normaliseSql } from '../fingerprint/normalise-sql.js'
import type { IndexAdvice, QueryEffect, WhatIf } from './advice.js'
import type { CatalogFacts } from './catalog-facts.js'
import type { CostedQuery } from './cost-book.js'
import type { UnindexedForeignKey } from './foreign-keys.js'
import { type IndexCandidate, quotedTable, tableName } from './index-candidate.js'
import { madeSuperfluous } from './index-coverage.js'
import { quoteName } from './index-key.js'
import { indexName } from './index-name.js'
import type { PredictedCost } from './what-if.js'
import { verdictOf } from './workload-value.js'
import type { WriteCost } from './write-cost.js'

export interface RecordInput {
  readonly index: IndexCandidate
  readonly catalog: CatalogFacts
  /** Names given to others. */
  readonly taken: Set<string>
  readonly whatIf: WhatIf
  readonly workloadDays: number | null
  readonly writes: WriteCost
  /** Queries of its table, with what they cost with all that is advised, and with all but this. */
  readonly effects: readonly {
    readonly costed: CostedQuery
    readonly after: PredictedCost
    readonly without: PredictedCost
  }[]
  readonly foreignKeys: readonly UnindexedForeignKey[]
  /** Share of the rows that have the commonest value of its first column; null: unknown. */
  readonly commonest: number | null
}

/** Writes down a decision: what, why, for whom, at what price, how sure, how to check it and how to take it back. */
export function decisionRecord(input: RecordInput): IndexAdvice {
  const { index, catalog, taken, writes } = input
  const name = indexName(index, catalog, taken)
  const qualified = `${quoteName(index.table.schema)}.${quoteName(name)}`
  const touched = input.effects.filter(
    ({ after, without }) => after.used.includes(index) || after.cost > without.cost * 1.01,
  )
  const effects = touched.map(effect => effectOf(input, effect))
  const helped = effects.filter(effect => effect.costAfter <= effect.costBefore)
  const { confidence, confidenceReason } = confidenceOf(input)
  return {
    action: 'create',
    table: tableName(index.table),
    ddl: ddlOf(index, name),
    reason: reasonOf(input, helped.length),
    helped,
    harmed: effects.filter(effect => effect.costAfter > effect.costBefore),
    bytes: index.bytes,
    writes: {
      rowsPerDay: writes.rowsPerDay,
      overhead: writes.overhead,
      lostHotUpdates: writes.lostHotUpdates,
    },
    redundantWith: madeSuperfluous(index, index.table.indexes).map(existing => existing.name),
    confidence,
    confidenceReason,
    howToVerify:
      'Build it on a copy of the database and measure the queries with and without it; after it is built here, EXPLAIN them again and look at its idx_scan in pg_stat_user_indexes',
    howToUndo: `DROP INDEX${index.table.kind === 'p' ? '' : ' CONCURRENTLY'} ${qualified}`,
  }
}

function effectOf(input: RecordInput, { costed, after }: RecordInput['effects'][number]): QueryEffect {
  const { of } = costed.query
  return {
    fingerprint: of.fingerprint,
    sql: normaliseSql(of.sql),
    callsPerDay: input.workloadDays === null ? null : of.calls / Math.max(input.workloadDays, 1 / 24),
    costBefore: costed.base.cost,
    costAfter: after.cost,
    used: after.used.includes(input.index),
  }
}

/** A partitioned table cannot be indexed concurrently as a whole: its partitions are, one by one. */
function ddlOf(index: IndexCandidate, name: string): string {
  const analyze = index.keys.some(key => key.isExpression) ? `;\nANALYZE ${quotedTable(index.table)}` : ''
  if (index.table.kind !== 'p')
    return `CREATE INDEX CONCURRENTLY ${quoteName(name)} ${index.definition}${analyze}`
  const whole = index.definition.replace(/^ON /, 'ON ONLY ')
  return `CREATE INDEX ${quoteName(name)} ${whole};\n-- then for each partition: CREATE INDEX CONCURRENTLY of the same columns on it, and ALTER INDEX ${quoteName(name)} ATTACH PARTITION that index${analyze}`
}

function reasonOf({ index, foreignKeys, whatIf, writes }: RecordInput, helped: number): string {
  const parts: string[] = []
  if (helped > 0)
    parts.push(
      `${whatIf === 'statistics' ? 'It would serve' : 'The planner reads it for'} ${helped} ${helped === 1 ? 'query' : 'queries'} of the workload.`,
    )
  for (const { foreignKey } of foreignKeys)
    parts.push(
      `Each row deleted from ${foreignKey.referencedTable} reads the whole of ${tableName(index.table)} to keep foreign key ${foreignKey.name}.`,
    )
  if (index.predicate) parts.push(`Only rows with a condition that the queries have in their text are in it.`)
  if (writes.lostHotUpdates > 0.05)
    parts.push(
      `${Math.round(writes.lostHotUpdates * 100)} % of the updates of the table are heap-only now and would no longer be.`,
    )
  return parts.join(' ')
}

function confidenceOf(input: RecordInput): Pick<IndexAdvice, 'confidence' | 'confidenceReason'> {
  const { index, whatIf, effects } = input
  const using = effects.filter(({ after }) => after.used.includes(index))
  const uncertain = using.filter(({ costed, after }) => verdictOf(costed, after) === 'uncertain').length
  if (using.length === 0 && input.foreignKeys.length > 0)
    return {
      confidence: 'medium',
      confidenceReason: 'A rule of the catalog; no plan shows what a foreign key costs',
    }
  if (index.method === 'gin' || whatIf === 'statistics')
    return {
      confidence: 'low',
      confidenceReason:
        'Estimated from statistics: the planner was not asked, since HypoPG is not there or has no such index',
    }
  if (index.keys.some(key => key.isExpression) && whatIf === 'hypopg')
    return {
      confidence: 'low',
      confidenceReason:
        'The planner has no statistics of the expression before the index is built and the table analysed',
    }
  const isAnyValue = using.some(({ costed }) => costed.query.parameters > 0)
  if (
    isAnyValue &&
    !index.predicate?.sql.startsWith(`${index.keys[0]?.key} `) &&
    (input.commonest ?? 0) > 0.3
  )
    return {
      confidence: 'medium',
      confidenceReason: `One value of its first column is in ${Math.round((input.commonest ?? 0) * 100)} % of the rows; searches for that one do not get faster`,
    }
  if (uncertain > 0)
    return {
      confidence: 'medium',
      confidenceReason: `For ${uncertain} of the queries that read it the cost falls too little to say that the time does, too; measure these`,
    }
  return {
    confidence: 'high',
    confidenceReason: 'The planner reads it, and what it is for costs a small part of what it did',
  }
}
