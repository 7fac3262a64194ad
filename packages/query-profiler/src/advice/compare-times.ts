/** Milliseconds of executions that took turns: those of one place were next to each other. */
export interface TwoWays {
  readonly beforeMs: readonly number[]
  readonly afterMs: readonly number[]
}

export type Change = 'faster' | 'slower' | 'same'

/** Under this much, medians of a few executions differ by chance. */
const leastGain = 0.95
const mostHarm = 1.1
/** What the clock and the planner's own caches move. */
const leastMs = 0.05

/** Of the rounds, that must agree: a machine with other work disturbs some, seldom most in one direction. */
const agreeing = 0.8

/** Faster or slower only where the medians are apart and most of the rounds say so. */
export function changeOf({ beforeMs, afterMs }: TwoWays): Change {
  const [before, after] = [median(beforeMs), median(afterMs)]
  if (Math.abs(before - after) < leastMs) return 'same'
  const share = (isSo: (before: number, after: number) => boolean) =>
    beforeMs.filter((ms, round) => isSo(ms, afterMs[round] ?? ms)).length / beforeMs.length
  if (after <= before * leastGain && share((one, other) => other < one) >= agreeing) return 'faster'
  if (after > before * mostHarm && share((one, other) => other > one) >= agreeing) return 'slower'
  return 'same'
}

/** Of an even number, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2
}
