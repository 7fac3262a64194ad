import type { Figure } from '../cache/figure.js'
import { isMet, sayFigures } from '../cache/report.js'
import type { Limit } from './limit.js'

/** Prints the figures with their limits. @throws Error when one is beyond its limit. */
export function holdToLimits<Name extends string>(
  row: string,
  limits: Readonly<Record<Name, Limit>>,
  values: Readonly<Record<Name, number>>,
): void {
  const figures: Figure[] = (Object.keys(limits) as Name[]).map(name => ({
    ...{ name, value: values[name], unit: '' },
    goal: limits[name],
  }))
  sayFigures(row, figures)
  const broken = figures.filter(({ value, goal }) => goal && !isMet(value, goal))
  if (broken.length > 0) throw new Error(`${broken.length} of ${figures.length} limits do not hold`)
}
