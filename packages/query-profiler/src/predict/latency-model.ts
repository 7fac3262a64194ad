import { fitSpeeds, type Sample, type Speeds, speedPrediction } from './fit-speeds.js'
import { costKinds, type PlanFeatures, totalCost } from './plan-features.js'
import type { Prediction } from './prediction.js'

/** Fewer statements than this say nothing about others. */
const leastStatements = 8
const mostSamples = 400
/** How far outside of the costs that were seen a plan may lie. */
const reach = 5
/** A kind of cost that was never seen may make up this much of a plan. */
const mostUnseen = 0.3

/**
 * Predicts what a statement takes that was never run, from the plans and times of those that were: milliseconds are
 * the planner's costs times a speed for each kind of cost, fitted to what was seen (after Wu et al., "Predicting query
 * execution time: are optimizer cost models really unusable?", ICDE 2013). How far off it is for a statement it has
 * not seen is measured by leaving each statement out (jackknife), which gives the interval and the probability.
 */
export class LatencyModel {
  readonly #samples = new Map<string, Sample>()
  #fitted: { speeds: Speeds; errors: readonly number[] } | undefined

  /** A statement with a plan took this long; `medianMs` of several executions. */
  learn(fingerprint: string, planHash: string, features: PlanFeatures, medianMs: number): void {
    if (!(medianMs > 0) || !(totalCost(features) > 0)) return
    const key = `${fingerprint} ${planHash}`
    this.#samples.delete(key)
    this.#samples.set(key, { fingerprint, features, logMs: Math.log(medianMs) })
    if (this.#samples.size > mostSamples) this.#samples.delete(this.#samples.keys().next().value!)
    this.#fitted = undefined
  }

  predict(features: PlanFeatures, slowMs: number): Prediction {
    const reason = this.#whyNot(features)
    if (reason !== undefined) return { from: 'nothing', reason }
    const { speeds, errors } = this.#fit()
    const logMs = speedPrediction(speeds, features)
    const slower = errors.filter(error => logMs + error >= Math.log(slowMs)).length
    return {
      from: 'its plan',
      medianMs: Math.exp(logMs),
      lowMs: Math.exp(logMs + Math.min(0, quantile(errors, 0.05))),
      highMs: Math.exp(logMs + Math.max(0, quantile(errors, 0.95))),
      slowProbability: (slower + 0.5) / (errors.length + 1),
    }
  }

  #whyNot(features: PlanFeatures): string | undefined {
    const samples = [...this.#samples.values()]
    const statements = new Set(samples.map(({ fingerprint }) => fingerprint)).size
    if (statements < leastStatements)
      return `Plans and times of ${statements} statements are known; ${leastStatements} are needed`
    const cost = totalCost(features)
    const costs = samples.map(sample => totalCost(sample.features))
    const [least, most] = [Math.min(...costs), Math.max(...costs)]
    if (!(cost >= least / reach && cost <= most * reach))
      return 'Its estimated cost is far outside of those that were seen'
    const seen = costKinds.map((_, kind) => samples.some(sample => sample.features[kind]! > 0))
    const unseen = features.reduce((sum, part, kind) => (seen[kind] ? sum : sum + part), 0)
    if (unseen > cost * mostUnseen) return 'Its plan does mostly what no plan did that was seen'
    return undefined
  }

  /** The errors are logarithms of actual over predicted, ascending, each of a model that knew nothing of its statement. */
  #fit(): { speeds: Speeds; errors: readonly number[] } {
    if (this.#fitted) return this.#fitted
    const samples = [...this.#samples.values()]
    const errors: number[] = []
    for (const left of new Set(samples.map(({ fingerprint }) => fingerprint))) {
      const speeds = fitSpeeds(samples.filter(({ fingerprint }) => fingerprint !== left))
      const own = samples.filter(({ fingerprint }) => fingerprint === left)
      errors.push(...own.map(({ features, logMs }) => logMs - speedPrediction(speeds, features)))
    }
    errors.sort((a, b) => a - b)
    this.#fitted = { speeds: fitSpeeds(samples), errors }
    return this.#fitted
  }
}

/** Of ascending numbers, taken outwards: few errors make a wide interval. */
function quantile(ascending: readonly number[], share: number): number {
  const rank = share * (ascending.length + 1) - 1
  const index = share < 0.5 ? Math.floor(rank) : Math.ceil(rank)
  return ascending[Math.min(ascending.length - 1, Math.max(0, index))]!
}
