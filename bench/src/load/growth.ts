export interface Point {
  readonly at: number
  readonly value: number
}

export interface Growth {
  /** Median of the values. */
  readonly level: number
  /** What the slope comes to from the first to the last point. */
  readonly growth: number
  /** The growth that is certain: the lower end of its interval of 95 %. */
  readonly certain: number
  /** How much may be certain. */
  readonly tolerated: number
  readonly isSteady: boolean
}

export interface Tolerance {
  /** Of the level. */
  readonly share: number
  /** However low the level is. */
  readonly least: number
}

/** Of the series, what comes first is not judged: code is compiled, pools and caches fill. */
export const warmUpShare = 0.4
const fewestBuckets = 8
const mostBuckets = 30
const pointsEach = 8
const fewestPointsEach = 4
const normal95 = 1.645

/**
 * Whether a series has stopped to grow. After the warm-up its lowest value in each of up to 30 stretches is taken, which is
 * what garbage collection leaves; the slope is the median of all pairs' slopes (Theil and Sen), and its interval Sen's (1968),
 * by Kendall's variance. A series too short to say is not steady. Undefined: the series has no points.
 */
export function growthOf(points: readonly Point[], { share, least }: Tolerance): Growth | undefined {
  if (points.length === 0) return undefined
  const floors = floorsOf(points.slice(Math.floor(points.length * warmUpShare)))
  const level = quantile(
    floors.map(({ value }) => value),
    0.5,
  )
  const tolerated = Math.max(least, share * level)
  if (floors.length < fewestBuckets)
    return { level, growth: Number.NaN, certain: Number.NaN, tolerated, isSteady: false }
  const slopes = floors.flatMap((a, at) => floors.slice(at + 1).map(b => (b.value - a.value) / (b.at - a.at)))
  const n = floors.length
  const spread = (normal95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)) / slopes.length
  const span = floors.at(-1)!.at - floors[0]!.at
  const certain = quantile(slopes, Math.max(0, (1 - spread) / 2)) * span
  return { level, growth: quantile(slopes, 0.5) * span, certain, tolerated, isSteady: certain <= tolerated }
}

function floorsOf(points: readonly Point[]): Point[] {
  const wanted = Math.max(fewestBuckets, Math.floor(points.length / pointsEach))
  const buckets = Math.min(mostBuckets, wanted, Math.floor(points.length / fewestPointsEach))
  return Array.from({ length: buckets }, (_, at) => {
    const from = Math.floor((at * points.length) / buckets)
    const own = points.slice(from, Math.floor(((at + 1) * points.length) / buckets))
    return { at: own[0]!.at, value: Math.min(...own.map(({ value }) => value)) }
  })
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)] ?? Number.NaN
  const high = sorted[Math.ceil(place)] ?? Number.NaN
  return low + (high - low) * (place - Math.floor(place))
}
