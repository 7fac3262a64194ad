import { percentile } from '../common/say.js'
import type { Figure } from './figure.js'

/** One way to do a thing, so many times; each has a loop of its own, that the compiler may treat apart. */
export type Way = (calls: number) => Promise<void>

export interface Spread {
  readonly median: number
  readonly quartiles: readonly [number, number]
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    median: percentile(values, 0.5),
    quartiles: [percentile(values, 0.25), percentile(values, 0.75)],
  }
}

/** The order of a round: each time another begins, and every other time it goes backwards. */
export function orderOf<Item>(items: readonly Item[], round: number): Item[] {
  const from = items.length === 0 ? 0 : Math.floor(round / 2) % items.length
  const turned = [...items.slice(from), ...items.slice(0, from)]
  return round % 2 === 0 ? turned : turned.reverse()
}

/**
 * Microseconds of one call, by way and round. The ways take turns, so that a machine that becomes slower does so for all;
 * the first two rounds warm up.
 */
export async function sideBySide<Name extends string>(
  ways: Readonly<Record<Name, Way>>,
  rounds: number,
  calls: number,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(ways) as Name[]
  const taken = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<Name, number[]>
  for (let round = -2; round < rounds; round++)
    for (const name of orderOf(names, round + 2)) {
      const startedAt = performance.now()
      await ways[name](calls)
      if (round >= 0) taken[name].push(((performance.now() - startedAt) * 1000) / calls)
    }
  return taken
}

/** By round, so that what slows down a whole round is no difference. */
export function ratios(of: readonly number[], to: readonly number[]): Spread {
  return spreadOf(of.map((value, round) => value / (to[round] as number)))
}

/** Times, or rates, of one way in those of the other. */
export function timeRatio(
  name: string,
  unit: string,
  of: readonly number[],
  to: readonly number[],
  goal?: Figure['goal'],
): Figure {
  const { median, quartiles } = ratios(of, to)
  return { name, value: median, unit, quartiles, ...(goal && { goal }) }
}

/** Calls a second of one way in those of the other. */
export function rateRatio(
  name: string,
  unit: string,
  of: readonly number[],
  to: readonly number[],
  goal?: Figure['goal'],
): Figure {
  return timeRatio(name, unit, to, of, goal)
}
