import type {
  Advice,
  Finding,
  IndexAudit,
  NPlusOneReport,
  PlanChange,
  PlanRecord,
  ProfilerReport,
  QueryProfiler,
} from '@voiceassist/query-profiler'
import { ProfilerError } from '@voiceassist/query-profiler'
import { GatewayError } from '../errors.js'

export interface PlanWithFindings extends PlanRecord {
  readonly findings: readonly Finding[]
}

/** What the profiler found out about this gateway's queries. @throws GatewayError PROFILER_DISABLED. */
export interface PerformanceService {
  queries(limit: number): Pick<ProfilerReport, 'queries' | 'forgottenStatements'>
  slow(limit: number): ProfilerReport['slow']
  nPlusOne(limit: number): readonly NPlusOneReport[]
  plans(limit: number): {
    readonly plans: readonly PlanWithFindings[]
    readonly changes: readonly PlanChange[]
  }
  /** @throws GatewayError DATABASE_UNREACHABLE. */
  indexes(): Promise<IndexAudit>
  /** Asked for several times at once, it is made once. @throws GatewayError DATABASE_UNREACHABLE. */
  advice(): Promise<Advice>
}

const remedy = 'start the gateway with QUERY_PROFILER_ENABLED=true'

export function createPerformanceService(profiler: QueryProfiler | undefined): PerformanceService {
  let advising: Promise<Advice> | undefined
  const enabled = (): QueryProfiler => {
    if (profiler) return profiler
    throw new GatewayError('PROFILER_DISABLED', `Queries are not profiled: ${remedy}`, { remedy })
  }
  return {
    queries(limit) {
      const { queries, forgottenStatements } = enabled().report()
      return { queries: queries.slice(0, limit), forgottenStatements }
    },
    slow: limit => enabled().report().slow.slice(0, limit),
    nPlusOne: limit => enabled().report().nPlusOne.slice(0, limit),
    plans(limit) {
      const { findings } = enabled().report()
      const plans = enabled()
        .plans()
        .slice(0, limit)
        .map(plan => ({
          ...plan,
          findings: findings.filter(({ fingerprint }) => fingerprint === plan.fingerprint),
        }))
      return { plans, changes: enabled().planChanges().slice(0, limit) }
    },
    indexes: async () => inGatewayErrors(enabled().indexes()),
    async advice() {
      const { advise } = enabled()
      advising ??= advise().finally(() => {
        advising = undefined
      })
      return inGatewayErrors(advising)
    },
  }
}

async function inGatewayErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ProfilerError && error.code === 'DATABASE_UNREADABLE')
      throw new GatewayError('DATABASE_UNREACHABLE', error.message, { cause: error })
    throw error
  }
}
