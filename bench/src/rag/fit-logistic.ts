export interface Example {
  readonly signals: readonly number[]
  readonly isTrue: boolean
  readonly weight: number
}

export interface LogisticModel {
  readonly constant: number
  /** Of the signals as they are, not standardised. */
  readonly weights: readonly number[]
}

const steps = 25

/**
 * Logistic regression by Newton's method (iteratively reweighted least squares).
 * @param penalty of the squares of the weights of the standardised signals; the constant has none
 */
export function fitLogistic(examples: readonly Example[], penalty: number): LogisticModel {
  const count = examples[0]!.signals.length
  const column = (index: number) => examples.map(({ signals }) => signals[index]!)
  const means = Array.from({ length: count }, (_, index) => mean(column(index)))
  const spreads = means.map(
    (centre, index) => Math.sqrt(mean(column(index).map(value => (value - centre) ** 2))) || 1,
  )
  const rows = examples.map(({ signals }) => [
    ...signals.map((value, index) => (value - means[index]!) / spreads[index]!),
    1,
  ])
  let weights = new Array<number>(count + 1).fill(0)
  for (let step = 0; step < steps; step++) {
    const gradient = weights.map((weight, index) => (index < count ? penalty * weight : 0))
    const curvature = weights.map((_, index) =>
      weights.map((_, other) => (index === other && index < count ? penalty : 0)),
    )
    for (const [index, row] of rows.entries()) {
      const { isTrue, weight } = examples[index]!
      const share = sigmoid(dot(row, weights))
      for (const [at, value] of row.entries()) {
        gradient[at]! += weight * (share - (isTrue ? 1 : 0)) * value
        for (const [other, second] of row.entries())
          curvature[at]![other]! += weight * share * (1 - share) * value * second
      }
    }
    const change = solve(curvature, gradient)
    weights = weights.map((value, index) => value - change[index]!)
  }
  const own = weights.slice(0, count).map((weight, index) => weight / spreads[index]!)
  return { weights: own, constant: weights[count]! - dot(own, means) }
}

export function logisticScore({ constant, weights }: LogisticModel, signals: readonly number[]): number {
  return sigmoid(constant + dot(weights, signals))
}

/** Gaussian elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index]!])
  const size = rows.length
  for (let at = 0; at < size; at++) {
    let pivot = at
    for (let row = at; row < size; row++)
      if (Math.abs(rows[row]![at]!) > Math.abs(rows[pivot]![at]!)) pivot = row
    ;[rows[at], rows[pivot]] = [rows[pivot]!, rows[at]!]
    for (const [index, row] of rows.entries()) {
      if (index === at) continue
      const share = row[at]! / rows[at]![at]!
      for (let column = at; column <= size; column++) row[column]! -= share * rows[at]![column]!
    }
  }
  return rows.map((row, index) => row[size]! / row[index]!)
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
