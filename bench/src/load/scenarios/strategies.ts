import { cacheStrategies } from '../../overhead/cache-strategy.js'
import { countedIn } from '../counted.js'
import { fewFail, nothingStale, type Objective } from '../objective.js'
import { type RunResult, rampShare, type Stage } from '../run.js'
import { budget, ownRate, runOnce, type ScenarioResult, type Surroundings } from '../scenario.js'

/** The same seeded arrivals for each strategy of caching: on a new gateway, a copy of the database, and an empty cache. */
export async function strategies(surroundings: Surroundings): Promise<ScenarioResult> {
  const rate = ownRate(surroundings.options)
  const runs: RunResult[] = []
  for (const name of cacheStrategies) {
    if (surroundings.signal.aborted) break
    const script = async ({ reach, phase }: Stage) => {
      await reach(rampShare)
      phase(name)
    }
    runs.push(await runOnce(surroundings, () => ({ name, rateAt: () => rate, script }), name))
  }
  const objectives = runs.flatMap(result =>
    [fewFail(result, budget), nothingStale(result)].map(each => ({
      ...each,
      name: `${result.name}: ${each.name}`,
    })),
  )
  return { runs, objectives: [...objectives, ...savesQueries(runs)] }
}

/** Counts, which no other work on the machine disturbs. With L1 only each look at a login is two queries in place of one. */
function savesQueries(runs: readonly RunResult[]): Objective[] {
  const queries = new Map(runs.map(result => [result.name, countedIn(result).queriesEach]))
  const none = queries.get('none')
  if (none === undefined) return []
  return cacheStrategies
    .filter(name => (name === 'L2 only' || name === 'both') && queries.has(name))
    .map(name => {
      const own = queries.get(name)!
      return {
        name: `${name}: queries of the database for one request`,
        target: `fewer than without a cache: ${none.toFixed(2)}`,
        measured: own.toFixed(2),
        isMet: own < none,
      }
    })
}
