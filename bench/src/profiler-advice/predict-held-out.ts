import { LatencyModel, planFeatures } from '@voiceassist/query-profiler'
import { say } from '../common/say.js'
import type { SetResult } from './compare-sets.js'

interface Point {
  readonly query: string
  readonly plan: string
  readonly features: ReturnType<typeof planFeatures>
  readonly cost: number
  readonly ms: number
}

export interface PredictionFigures {
  readonly points: number
  readonly abstained: number
  /** Predicted over measured or the inverse, whichever is over 1. */
  readonly model: Errors
  /** The planner's cost times the median of time over cost of the others. */
  readonly byCost: Errors
  /** The same with the median of all, as the figures to beat were made: fitted to what it predicts. */
  readonly fitted: Errors
  /** Share of the points in the interval that nine of ten should be in. */
  readonly within: number
  /** Mean squared error of the probability of being slower than the median, and of always saying how often that is. */
  readonly brier: number
  readonly brierOfShare: number
}

interface Errors {
  readonly p50: number
  readonly p90: number
  readonly max: number
}

/** Each query predicted from all others, with the plans and times of the given sets of indexes. */
export function predictHeldOut(sets: readonly SetResult[]): PredictionFigures {
  const points = sets.flatMap(pointsOf)
  const slowMs = quantile(
    points.map(({ ms }) => ms),
    0.5,
  )
  const fittedSpeed = quantile(
    points.map(({ ms, cost }) => ms / cost),
    0.5,
  )
  const model: number[] = []
  const byCost: number[] = []
  let [abstained, within, brier, brierOfShare] = [0, 0, 0, 0]
  for (const query of new Set(points.map(point => point.query))) {
    const others = points.filter(point => point.query !== query)
    const trained = new LatencyModel()
    for (const { query: name, plan, features, ms } of others) trained.learn(name, plan, features, ms)
    const speed = quantile(
      others.map(({ ms, cost }) => ms / cost),
      0.5,
    )
    const share = others.filter(({ ms }) => ms >= slowMs).length / others.length
    for (const { features, cost, ms } of points.filter(point => point.query === query)) {
      byCost.push(errorOf(speed * cost, ms))
      const told = trained.predict(features, slowMs)
      if (told.from === 'nothing') {
        abstained++
        continue
      }
      model.push(errorOf(told.medianMs, ms))
      if (ms >= told.lowMs && ms <= told.highMs) within++
      const isSlow = ms >= slowMs ? 1 : 0
      brier += (told.slowProbability - isSlow) ** 2
      brierOfShare += (share - isSlow) ** 2
    }
  }
  const told = model.length
  return {
    points: points.length,
    abstained,
    model: errors(model),
    byCost: errors(byCost),
    fitted: errors(points.map(({ ms, cost }) => errorOf(fittedSpeed * cost, ms))),
    within: within / told,
    brier: brier / told,
    brierOfShare: brierOfShare / told,
  }
}

export function sayPredictions(sets: readonly SetResult[]): readonly PredictionFigures[] {
  say('')
  say('Each query predicted from the plans and times of the others: q-error (to be beaten: 1.27, 3.35, 5.4')
  say(
    'for cost times a speed, fitted to the same queries), and how far the interval and the probability can be believed:',
  )
  return [sets.slice(0, 1), sets].map(some => {
    const figures = predictHeldOut(some)
    const { model, byCost, fitted, within, brier, brierOfShare, points, abstained } = figures
    say(
      `${some.length === 1 ? 'primary keys only' : 'all sets of indexes'}: ${points} times, ${abstained} not predicted; by plan ${shown(model)}, by cost alone ${shown(byCost)}, fitted to the same ${shown(fitted)}; ` +
        `${Math.round(within * 100)} % in the interval of 90 %; Brier score ${brier.toFixed(3)}, of the share alone ${brierOfShare.toFixed(3)}`,
    )
    return figures
  })
}

function pointsOf(set: SetResult): Point[] {
  return set.times.flatMap(({ query, draw, plan, ms }) =>
    ms === null
      ? []
      : [
          {
            query,
            plan: `${set.name} ${draw}`,
            features: planFeatures({ Plan: plan as never, analyzed: false }),
            cost: plan['Total Cost'],
            ms,
          },
        ],
  )
}

function errors(found: readonly number[]): Errors {
  return { p50: quantile(found, 0.5), p90: quantile(found, 0.9), max: Math.max(...found) }
}

function errorOf(predicted: number, ms: number): number {
  return Math.max(predicted / ms, ms / predicted)
}

function quantile(numbers: readonly number[], share: number): number {
  const ascending = [...numbers].sort((a, b) => a - b)
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? Number.NaN
}

function shown({ p50, p90, max }: Errors): string {
  return [p50, p90, max].map(error => error.toFixed(2)).join(', ')
}
