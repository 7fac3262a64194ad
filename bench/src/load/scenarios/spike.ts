import { fewFail, nothingStale, type Objective, onlyBy } from '../objective.js'
import { type RunPlan, type RunResult, rampShare } from '../run.js'
import { budget, ownRate, runOnce, type ScenarioResult, type Surroundings } from '../scenario.js'
import { until } from '../traffic.js'

const times = 5
const [from, to] = [0.4, 0.6]
/** What came during the spike may take so long to be worked off. */
const graceMs = 5000

/** An open loop that gets five times as many requests for a while. */
export async function spike(surroundings: Surroundings): Promise<ScenarioResult> {
  const base = ownRate(surroundings.options)
  const plan: RunPlan = {
    name: 'spike',
    rateAt: share => (share >= from && share < to ? times * base : base),
    script: async ({ reach, phase, event, signal }) => {
      await reach(rampShare)
      phase('before')
      await reach(from)
      event(`${times} times as many`)
      phase('spike')
      await reach(to)
      event('as before')
      phase('working off')
      await until(performance.now() + graceMs, signal)
      phase('after')
    },
  }
  const result = await runOnce(surroundings, () => plan)
  const objectives = [
    fewFail(result, budget, ['before', 'after']),
    onlyBy(result, ['503 OVERLOADED', '429 TOO_MANY_REQUESTS'], ['spike', 'working off']),
    recovered(result),
    nothingStale(result),
  ]
  return { runs: [result], objectives }
}

function recovered({ recorded }: RunResult): Objective {
  const p90 = (name: string) => recorded.phases.find(phase => phase.name === name)?.latency.p90 ?? Number.NaN
  const [before, after] = [p90('before'), p90('after')]
  const most = 2 * before + 50
  return {
    name: 'Latency after the spike, 90th percentile',
    target: `at most twice that before it and 50 ms: ${most.toFixed(0)} ms`,
    measured: `${after.toFixed(0)} ms`,
    isMet: after <= most,
  }
}
