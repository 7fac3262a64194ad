import { orderOf } from '../cache/side-by-side.js'
import { say, sayProgress } from '../common/say.js'
import type { Budgets } from './budgets.js'
import type { HotPathName } from './hot-paths.js'
import { measurePair } from './measure-hot-path.js'
import { type MedianBounds, medianBounds } from './median-bounds.js'

/** The odds that one of all paths is called slower though none is. */
export const mostFalseAlarms = 0.01

interface Comparison {
  readonly name: HotPathName
  /** Of the time at the reference, in pairs of processes. */
  readonly ratio: MedianBounds
  readonly mostOfReference: number
  /** The ratio is above its budget, and not by noise. */
  readonly isSlower: boolean
}

/** Measures hot paths of two builds: in each round every path has a pair of processes, and the build that is first changes. */
export async function compareBuilds(
  names: readonly HotPathName[],
  tree: string,
  reference: string,
  { rounds, paths }: Budgets,
): Promise<Comparison[]> {
  const found = new Map(names.map(name => [name, [] as number[]]))
  for (let round = 0; round < rounds; round++)
    for (const name of orderOf(names, round)) {
      sayProgress(`round ${round + 1} of ${rounds}: ${name}`)
      const [one, other] = orderOf([tree, reference], round) as [string, string]
      const [first, second] = await measurePair(name, [one, other])
      found.get(name)!.push(one === tree ? first / second : second / first)
    }
  sayProgress('')
  return names.map(name => {
    const { mostOfReference } = paths[name]
    return {
      name,
      mostOfReference,
      ...judge(found.get(name)!, mostOfReference, mostFalseAlarms / names.length),
    }
  })
}

/** A path is slower when the median of its ratios is above the budget, but for odds of `error`. */
export function judge(
  ratios: readonly number[],
  mostOfReference: number,
  error: number,
): Pick<Comparison, 'ratio' | 'isSlower'> {
  const ratio = medianBounds(ratios, error)
  return { ratio, isSlower: ratio.above > mostOfReference }
}

export function sayComparisons(comparisons: readonly Comparison[]): void {
  for (const { name, ratio, mostOfReference, isSlower } of comparisons) {
    const bounds = `${ratio.above.toFixed(3)} to ${ratio.below.toFixed(3)}`
    const verdict = isSlower ? 'SLOWER' : 'holds'
    say(
      `  ${name.padEnd(14)} ${ratio.median.toFixed(3)} of the reference (${bounds})   ${verdict}: at most ${mostOfReference}`,
    )
  }
  const odds = comparisons.reduce((sum, { ratio }) => sum + ratio.error, 0)
  say(
    `If no path's time is above its budget, the odds that one is called slower are at most ${(100 * odds).toFixed(2)} %.`,
  )
}
