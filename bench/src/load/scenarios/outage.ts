import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet } from '../fleet.js'
import { fewFail, nothingStale, type Objective, onlyBy } from '../objective.js'
import { type RunPlan, type RunResult, rampShare } from '../run.js'
import { budget, ownRate, runOnce, type ScenarioResult, type Surroundings } from '../scenario.js'
import { until } from '../traffic.js'

const cacheAway = { from: 0.25, to: 0.45 }
const databaseAway = { from: 0.65, ms: 2000 }
/** From when a server answers again until its gateways work with it as before. */
const graceMs = 5000

const whole = ['before', 'cache away', 'cache returns', 'cache back', 'after']
const broken = ['database away', 'database returns']

/**
 * The second tier is killed and comes back empty, then the database is restarted. Only what needs the database may fail, and
 * only until five seconds after it is back.
 */
export async function outage(surroundings: Surroundings): Promise<ScenarioResult> {
  const result = await runOnce(surroundings, fleet => planFor(fleet, ownRate(surroundings.options)))
  const objectives = [
    fewFail(result, budget, whole),
    fewFail(result, budget, ['cache away']),
    onlyBy(result, ['503 DATABASE_UNREACHABLE', '503 ACQUIRE_TIMEOUT'], broken),
    usesCacheAgain(result),
    nothingStale(result),
  ]
  return { runs: [result], objectives }
}

function planFor({ servers }: Fleet, rate: number): RunPlan {
  const { cache, database } = servers!
  return {
    name: 'outage',
    rateAt: () => rate,
    script: async ({ reach, phase, event, signal }) => {
      await reach(rampShare)
      phase('before')
      await reach(cacheAway.from)
      event('cache killed')
      phase('cache away')
      await cache.kill()
      await reach(cacheAway.to)
      // Whatever the signal says: the gateways are to end in order.
      await cache.start()
      event('cache back, empty')
      phase('cache returns')
      await until(performance.now() + graceMs, signal)
      phase('cache back')
      await reach(databaseAway.from)
      if (signal.aborted) return
      event('database stopped')
      phase('database away')
      await database.stop('fast')
      await sleep(databaseAway.ms)
      await database.start()
      event('database back')
      phase('database returns')
      await until(performance.now() + graceMs, signal)
      phase('after')
    },
  }
}

function usesCacheAgain({ gauges }: RunResult): Objective {
  const last = gauges.map(samples => samples.at(-1)?.gauges.remoteUp)
  return {
    name: 'Gateways that have the second tier again at the end',
    target: `${gauges.length}`,
    measured: `${last.filter(up => up === 1).length}`,
    isMet: last.every(up => up === 1),
  }
}
