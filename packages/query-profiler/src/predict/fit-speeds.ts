import { costKinds, type PlanFeatures } from './plan-features.js'

export interface Sample {
  readonly fingerprint: string
  readonly features: PlanFeatures
  /** Natural logarithm of milliseconds. */
  readonly logMs: number
}

/** Natural logarithm of the milliseconds that a unit of cost takes, for each kind. */
export type Speeds = readonly number[]

const iterations = 30
/** A kind of cost may be faster or slower than all together, by about this factor, before that needs much evidence. */
const usualFactor = 1.25
/**
 * Errors beyond this count once, not squared (Huber): the median error is what is to be small, and one odd statement
 * bends nothing.
 */
const clip = 0.1

export function speedPrediction(speeds: Speeds, features: PlanFeatures): number {
  let ms = 0
  for (const [kind, cost] of features.entries()) ms += cost * Math.exp(speeds[kind]!)
  return Math.log(Math.max(ms, Number.MIN_VALUE))
}

/**
 * Nearly the least absolute errors of the logarithms, by Gauss and Newton: one speed for all costs, and a factor for
 * each kind that is held near 1 (ridge). Every statement weighs the same, however many plans it has.
 */
export function fitSpeeds(samples: readonly Sample[]): Speeds {
  const perStatement = new Map<string, number>()
  for (const { fingerprint } of samples)
    perStatement.set(fingerprint, (perStatement.get(fingerprint) ?? 0) + 1)
  const size = costKinds.length + 1 // the common speed comes first
  const parameters = new Array<number>(size).fill(0)
  parameters[0] = startSpeed(samples)
  const ridge = 0.25 / Math.log(usualFactor) ** 2
  for (let iteration = 0; iteration < iterations; iteration++) {
    const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0))
    const vector = new Array<number>(size).fill(0)
    for (let kind = 1; kind < size; kind++) {
      matrix[kind]![kind] = ridge
      vector[kind] = -ridge * parameters[kind]!
    }
    matrix[0]![0] = 1e-9
    for (const { fingerprint, features, logMs } of samples) {
      const speeds = speedsOf(parameters)
      const predicted = speedPrediction(speeds, features)
      const error = logMs - predicted
      const weight = Math.min(1, clip / Math.max(Math.abs(error), 1e-12)) / perStatement.get(fingerprint)!
      const slope = [1, ...features.map((cost, kind) => cost * Math.exp(speeds[kind]! - predicted))]
      for (let row = 0; row < size; row++) {
        vector[row]! += weight * slope[row]! * error
        for (let column = 0; column < size; column++)
          matrix[row]![column]! += weight * slope[row]! * slope[column]!
      }
    }
    const step = solve(matrix, vector)
    for (let index = 0; index < size; index++) parameters[index]! += Math.max(-1, Math.min(1, step[index]!))
    if (Math.max(...step.map(Math.abs)) < 1e-6) break
  }
  return speedsOf(parameters)
}

function speedsOf([common, ...factors]: readonly number[]): Speeds {
  return factors.map(factor => common! + factor)
}

/** The median of time over cost. */
function startSpeed(samples: readonly Sample[]): number {
  const ratios = samples
    .map(({ features, logMs }) => logMs - Math.log(features.reduce((sum, cost) => sum + cost, 0)))
    .sort((a, b) => a - b)
  return ratios[Math.floor(ratios.length / 2)] ?? 0
}

/** Gauss's elimination with pivots; the matrix is symmetric and positive by the ridge. */
function solve(matrix: number[][], vector: number[]): number[] {
  const size = vector.length
  const rows = matrix.map((row, index) => [...row, vector[index]!])
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let row = column + 1; row < size; row++)
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row
    ;[rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!]
    for (let row = column + 1; row < size; row++) {
      const factor = rows[row]![column]! / rows[column]![column]!
      for (let cell = column; cell <= size; cell++) rows[row]![cell]! -= factor * rows[column]![cell]!
    }
  }
  const solution = new Array<number>(size).fill(0)
  for (let row = size - 1; row >= 0; row--) {
    let rest = rows[row]![size]!
    for (let column = row + 1; column < size; column++) rest -= rows[row]![column]! * solution[column]!
    solution[row] = rest / rows[row]![row]!
  }
  return solution
}
