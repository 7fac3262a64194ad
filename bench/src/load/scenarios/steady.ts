import { fewFail, nothingGrows, nothingStale } from '../objective.js'
import { rampShare, type Stage } from '../run.js'
import { budget, runOnce, type ScenarioResult, type Surroundings } from '../scenario.js'

/** The same traffic all the time. */
export const steady = (surroundings: Surroundings): Promise<ScenarioResult> => evenly(surroundings, 'steady')

/** The same for long, after which nothing may have grown. */
export async function soak(surroundings: Surroundings): Promise<ScenarioResult> {
  const { runs, objectives } = await evenly(surroundings, 'soak')
  return { runs, objectives: [...objectives, ...runs.flatMap(nothingGrows)] }
}

async function evenly(surroundings: Surroundings, name: string): Promise<ScenarioResult> {
  const { rate } = surroundings.options
  const script = async ({ reach, phase }: Stage) => {
    await reach(rampShare)
    phase(name)
  }
  const rateAt = rate === undefined ? undefined : () => rate
  const result = await runOnce(surroundings, () => ({ name, rateAt, script }))
  return { runs: [result], objectives: [fewFail(result, budget), nothingStale(result)] }
}
