import type { Clock } from '@voiceassist/kernel'
import type { CatalogFacts } from './advice/catalog-facts.js'
import { readCatalog } from './advice/read-catalog.js'
import type { ProfilerSettings } from './check-profiler-options.js'
import type { Statement } from './fingerprint/statement.js'
import type { OwnAccess } from './own-access.js'
import { AutoExplain, type ExplainReason } from './plan/auto-explain.js'
import type { Explainer } from './plan/explainer.js'
import type { Plan } from './plan/plan.js'
import type { PlanHistory } from './plan/plan-history.js'
import { LatencyModel } from './predict/latency-model.js'
import { planFeatures } from './predict/plan-features.js'
import type { Prediction } from './predict/prediction.js'
import type { QueryLog } from './query-log.js'
import { checkPlan } from './rules/check-plan.js'
import type { Finding } from './rules/rule.js'

export interface PlanFindingsOptions {
  readonly settings: ProfilerSettings
  readonly clock: Clock
  readonly log: QueryLog
}

/** Findings are made when they are asked for, with a catalog of this age at most. */
const catalogMs = 600_000
