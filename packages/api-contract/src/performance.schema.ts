import { type Static, type TSchema, Type } from 'typebox'
import { nullable, strictObject, timestamp } from './schema-parts.js'

const count = Type.Integer({ minimum: 0 })
const milliseconds = Type.Number({ minimum: 0 })
const fingerprint = Type.String({ description: 'Of the statement, whatever its values' })
const sql = Type.String({ description: 'Without values and comments' })

const callSite = strictObject({
  file: Type.String(),
  line: Type.Integer({ minimum: 0 }),
  function: Type.String(),
})

export const performanceQuery = strictObject({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
})
export type PerformanceQuery = Static<typeof performanceQuery>

const profiledQuery = strictObject({
  fingerprint,
  sql,
  type: Type.String(),
  tables: Type.Array(Type.String()),
  calls: count,
  errors: Type.Unsafe<Record<string, number>>({
    type: 'object',
    additionalProperties: count,
    description: 'By SQLSTATE',
  }),
  rows: count,
  bytes: count,
  waitMs: milliseconds,
  serverMs: milliseconds,
  decodeMs: milliseconds,
  durationMs: strictObject({
    p50: milliseconds,
    p95: milliseconds,
    p99: milliseconds,
    max: milliseconds,
  }),
  slow: count,
  route: Type.String(),
  callSite: nullable(callSite),
})

export const profiledQueries = strictObject({
  items: Type.Array(profiledQuery),
  forgottenStatements: Type.Integer({
    minimum: 0,
    description: 'Statements that have no row of their own, since there were too many',
  }),
})
export type ProfiledQueries = Static<typeof profiledQueries>

export const slowQueries = listResponse(
  strictObject({
    fingerprint,
    sql,
    route: Type.String(),
    requestId: nullable(Type.String()),
    callSite: nullable(callSite),
    at: timestamp,
    waitMs: milliseconds,
    serverMs: milliseconds,
    decodeMs: milliseconds,
    rows: count,
    rule: Type.Enum(['threshold', 'baseline']),
    limitMs: milliseconds,
  }),
)
export type SlowQueries = Static<typeof slowQueries>

export const nPlusOneQueries = listResponse(
  strictObject({
    kind: Type.Enum(['n-plus-one', 'duplicate', 'write-loop']),
    fingerprint,
    sql,
    route: Type.String(),
    requestId: Type.String(),
    count,
    timeMs: milliseconds,
    requests: count,
    callSite,
    callers: Type.Array(callSite, { description: 'What called that, as far as it is known' }),
    parent: nullable(strictObject({ fingerprint, sql, rows: count })),
    fix: Type.String(),
  }),
)
export type NPlusOneQueries = Static<typeof nPlusOneQueries>

const finding = strictObject({
  rule: Type.String(),
  fingerprint,
  sql,
  severity: Type.Enum(['critical', 'warning', 'info']),
  nodes: Type.Array(Type.String()),
  message: Type.String(),
  advice: Type.String(),
  share: Type.Number({ minimum: 0, maximum: 1 }),
  estimateOnly: Type.Boolean({ description: 'true: the query was not run to find this' }),
})

const planRecord = {
  fingerprint,
  sql,
  planHash: Type.String(),
  plan: Type.Unsafe<object>({
    type: 'object',
    additionalProperties: true,
    description: 'As EXPLAIN (FORMAT JSON) writes it, without values',
  }),
  firstSeenAt: timestamp,
  lastSeenAt: timestamp,
  generic: Type.Boolean(),
  medianMs: nullable(milliseconds),
}

export const queryPlans = strictObject({
  items: Type.Array(strictObject({ ...planRecord, findings: Type.Array(finding) })),
  changes: Type.Array(
    strictObject({
      before: strictObject(planRecord),
      after: strictObject(planRecord),
      slower: Type.Boolean({ description: 'true: the median is 1.2 times what it was, or more' }),
    }),
    { description: 'Plans that took the place of others, newest first' },
  ),
})
export type QueryPlans = Static<typeof queryPlans>

const effect = strictObject({
  fingerprint,
  sql,
  callsPerDay: nullable(Type.Number({ minimum: 0 })),
  costBefore: Type.Number(),
  costAfter: Type.Number(),
  used: Type.Boolean({ description: 'true: the planner chose the index' }),
  measured: Type.Optional(strictObject({ beforeMs: milliseconds, afterMs: milliseconds })),
})

const indexAdvice = strictObject({
  action: Type.Enum(['create', 'drop', 'repair']),
  table: Type.String(),
  ddl: Type.String(),
  reason: Type.String(),
  helped: Type.Array(effect),
  harmed: Type.Array(effect),
  bytes: strictObject({ low: Type.Number(), high: Type.Number() }),
  writes: strictObject({
    rowsPerDay: nullable(Type.Number({ minimum: 0 })),
    overhead: Type.Number(),
    lostHotUpdates: Type.Number(),
  }),
  redundantWith: Type.Array(Type.String()),
  confidence: Type.Enum(['measured', 'high', 'medium', 'low']),
  confidenceReason: Type.String(),
  howToVerify: Type.String(),
  howToUndo: Type.String(),
})

export const indexAudit = strictObject({
  items: Type.Array(indexAdvice),
  notes: Type.Array(Type.String()),
})
export type IndexAuditView = Static<typeof indexAudit>

export const queryAdvice = strictObject({
  whatIf: Type.Enum(['hypopg', 'scratch', 'statistics']),
  indexes: Type.Array(indexAdvice),
  others: Type.Array(
    strictObject({
      kind: Type.Enum(['analyze', 'statistics', 'rewrite', 'vacuum']),
      text: Type.String(),
      reason: Type.String(),
    }),
  ),
  workloadCost: strictObject({ before: Type.Number(), after: Type.Number() }),
  notes: Type.Array(Type.String()),
})
export type QueryAdvice = Static<typeof queryAdvice>

function listResponse<Item extends TSchema>(item: Item) {
  return strictObject({ items: Type.Array(item) })
}
