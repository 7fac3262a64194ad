import { AsyncResource } from 'node:async_hooks'
import { type Clock, systemClock } from '@voiceassist/kernel'
import type { Workload } from './advice/advice.js'
import { advise } from './advice/advise.js'
import { workloadFromProfiler } from './advice/workload-from-profiler.js'
import { instrument } from './capture/instrument.js'
import { RequestContext } from './capture/request-context.js'
import { checkProfilerOptions } from './check-profiler-options.js'
import { type OwnAccess, ownAccess } from './own-access.js'
import { PlanFindings } from './plan-findings.js'
import type { QueryProfiler } from './profiler.js'
import { ProfilerError } from './profiler-error.js'
import type { ProfilerOptions } from './profiler-options.js'
import { QueryLog } from './query-log.js'

const profilers = new WeakMap<object, QueryProfiler>()

/**
 * Profiles every query of a `Pool` or `Client` of pg from now on, those of its ORM too. Sends nothing on the
 * application's connections; plans and advice go over a connection of their own.
 * @param target a pool or client of pg, or the pool of a Knex (`knex.client.pool`). Set up again, it returns the
 * profiler that is there already.
 * @throws ProfilerError PROFILER_OPTION_INVALID or PROFILER_TARGET_UNSUPPORTED
 */
export function setupQueryProfiling(target: object, options: ProfilerOptions = {}): QueryProfiler {
  return setupQueryProfilingIn(target, options, systemClock)
}

/** @param clock of what is not on the way of a query */
export function setupQueryProfilingIn(target: object, options: ProfilerOptions, clock: Clock): QueryProfiler {
  const settings = checkProfilerOptions(options)
  const known = profilers.get(target)
  if (known) return known
  const startedAtMs = clock.now()
  const requests = new RequestContext(request => log.requestEnded(request))
  // What explains runs in no request, and in no transaction that the application follows through its calls.
  const apart = AsyncResource.bind((work: () => void) => work())
  const log = new QueryLog({
    settings,
    requests,
    clock,
    worthExplaining: (offer, why) => apart(() => plans?.offer(offer, why)),
  })
  const capture = instrument(target, log, requests)
  const access = ownAccess(target, clock, settings.connectionSetUp)
  const { history } = log
  const plans =
    settings.explain === 'off' ? undefined : new PlanFindings({ access, settings, clock, history })
  let closed: Promise<void> | undefined

  const workload = (): Workload =>
    workloadFromProfiler(log.stats.queryReports(), (clock.now() - startedAtMs) / 86_400_000)

  async function asking<T>(
    ask: (session: Awaited<ReturnType<OwnAccess['openSession']>>) => Promise<T>,
  ): Promise<T> {
    if (closed) throw new ProfilerError('PROFILER_CLOSED', 'The profiler is closed')
    const session = await access.openSession()
    try {
      return await ask(session)
    } finally {
      await session.close()
    }
  }

  const profiler: QueryProfiler = {
    runInRequest: (request, handler) => requests.runInRequest(request, handler),
    openRequest: request => requests.openRequest(request),
    currentRequest: () => requests.currentInfo(),
    report: () => ({
      queries: log.stats.queryReports(),
      slow: log.stats.slowReports(),
      nPlusOne: log.detector.reports(),
      findings: plans?.findings() ?? [],
      forgottenStatements: log.stats.forgottenStatements,
    }),
    stats: () => log.counts(),
    plans: () => history.records(),
    planChanges: () => history.changes(),
    async predict(sql) {
      const { slowQueryThresholdMs } = settings
      return (
        log.predict(sql, slowQueryThresholdMs) ?? plans?.predict(sql, slowQueryThresholdMs) ?? nothingKnown
      )
    },
    workload,
    advise: adviceOptions => asking(session => advise(session, workload(), adviceOptions)),
    indexes: () => asking(session => advise(session, nothingAsked)),
    close() {
      closed ??= (async () => {
        capture.close()
        log.close()
        profilers.delete(target)
        await plans?.close()
        requests.close()
      })()
      return closed
    },
  }
  profilers.set(target, profiler)
  return profiler
}

const nothingAsked: Workload = { source: 'profiler', days: null, queries: [], skipped: [] }
const nothingKnown = { from: 'nothing', reason: 'It has not run, and plans are not looked at' } as const
