export type {
  Advice,
  AdviceOptions,
  IndexAdvice,
  IndexAudit,
  OtherAdvice,
  QueryEffect,
  Workload,
  WorkloadQuery,
} from './advice/advice.js'
export { advise } from './advice/advise.js'
export { type AdvisedDatabase, readAdvisedDatabase } from './advice/advised-database.js'
export type { DatabaseSession } from './advice/database-session.js'
export { type VerifyOptions, verifyAdvice } from './advice/verify.js'
export { workloadFromFile } from './advice/workload-from-file.js'
export { workloadFromStatements } from './advice/workload-from-statements.js'
export type { CallSite } from './capture/call-site.js'
export type { RequestInfo } from './capture/request-scope.js'
export { type QueryType, queryTypes } from './fingerprint/statement.js'
export type { NPlusOneKind, NPlusOneReport } from './n-plus-one/n-plus-one-report.js'
export { type ExplainSkip, explainSkips } from './plan/explainer.js'
export type { Plan, PlanNode, PlanRecord } from './plan/plan.js'
export type { PlanChange } from './plan/plan-history.js'
export { LatencyModel } from './predict/latency-model.js'
export { type PlanFeatures, planFeatures } from './predict/plan-features.js'
export type { Prediction } from './predict/prediction.js'
export type { OpenRequest, QueryProfiler } from './profiler.js'
export { ProfilerError, type ProfilerErrorCode, profilerErrors } from './profiler-error.js'
export { type ProfilerEvent, profilerChannel, type QueryEvent, queryChannel } from './profiler-events.js'
export type { ExplainMode, ProfilerLogger, ProfilerOptions } from './profiler-options.js'
export type { ProfilerReport, QueryReport, SlowQueryReport } from './report/profiler-report.js'
export { allRules as planRules } from './rules/all-rules.js'
export type { Finding, Severity } from './rules/rule.js'
export { setupQueryProfiling } from './setup-query-profiling.js'
export { DurationSketch } from './stats/duration-sketch.js'
export { durationBucketsSeconds, type ProfilerStats, type QueryTypeStats } from './stats/profiler-stats.js'
