const kept = 128
const fewest = 3
/** Of the executions that are compared with those before them. */
const latest = 8

/** The durations of the last 128 executions, in milliseconds. */
export class RecentDurations {
  #values: number[] = []
  #count = 0

  /** Executions so far. */
  get count(): number {
    return this.#count
  }

  add(ms: number): void {
    this.#values[this.#count % kept] = ms
    this.#count++
  }

  /** null: fewer than three. */
  median(): number | null {
    return medianOf(this.#values)
  }

  /** The last eight took more than twice, or less than half, as long as those before, and a millisecond more or less. */
  hasMoved(): boolean {
    if (!this.#mayHaveMoved()) return false
    const values = this.#inOrder()
    const before = medianOf(values.slice(0, -latest))
    const after = medianOf(values.slice(-latest))
    if (before === null || after === null || values.length < 2 * latest) return false
    return Math.max(before, after) >= 2 * Math.min(before, after) && Math.abs(before - after) >= 1
  }

  /** Without sorting them all: half of those before must lie twice as high as the latest, or half as high. */
  #mayHaveMoved(): boolean {
    const values = this.#values
    const before = values.length - latest
    if (before < latest) return false
    const last = new Float64Array(latest)
    for (let back = 0; back < latest; back++) last[back] = values[(this.#count - 1 - back) % kept] as number
    last.sort()
    const after = ((last[latest / 2 - 1] as number) + (last[latest / 2] as number)) / 2
    let higher = 0
    let lower = 0
    for (const value of values) {
      if (value >= 2 * after) higher++
      if (value * 2 <= after) lower++
    }
    return 2 * Math.max(higher, lower) >= before - 1
  }

  /** Takes out those since the level changed, by a factor of 1.5 at least; the rest remains. */
  takeSinceChange(): RecentDurations {
    const values = this.#inOrder()
    const at = changePoint(values) ?? values.length
    this.#restart(values.slice(0, at))
    const since = new RecentDurations()
    since.#restart(values.slice(at))
    return since
  }

  #inOrder(): number[] {
    const first = this.#count > kept ? this.#count % kept : 0
    return [...this.#values.slice(first), ...this.#values.slice(0, first)]
  }

  #restart(values: number[]): void {
    this.#values = values
    this.#count = values.length
  }
}

function medianOf(values: readonly number[]): number | null {
  if (values.length < fewest) return null
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}

/**
 * Where two levels of the logarithms fit best by least squares (the first step of binary segmentation), each of three
 * values at least; undefined: the medians, which a single value does not move, are hardly different.
 */
function changePoint(values: readonly number[]): number | undefined {
  const logs = values.map(value => Math.log(Math.max(value, 0.01)))
  const total = logs.reduce((sum, log) => sum + log, 0)
  let [at, best, sum] = [0, 0, 0]
  for (let before = 1; before <= logs.length - fewest; before++) {
    sum += logs[before - 1] as number
    if (before < fewest) continue
    const after = logs.length - before
    const gain = (((total - sum) / after - sum / before) ** 2 * before * after) / logs.length
    if (gain > best) [at, best] = [before, gain]
  }
  const [before, after] = [medianOf(values.slice(0, at)), medianOf(values.slice(at))]
  if (before === null || after === null) return undefined
  return Math.max(before, after) >= 1.5 * Math.min(before, after) ? at : undefined
}
