import { say } from './say.js'

export interface Limit {
  readonly atLeast?: number
  readonly atMost?: number
}

/** Prints every figure that is beyond its limit. @throws Error when there is one. */
export function holdToLimits<Name extends string>(
  limits: Readonly<Record<Name, Limit>>,
  figures: Readonly<Record<Name, number>>,
): void {
  const names = Object.keys(limits) as Name[]
  const broken = names.filter(name => {
    const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = limits[name]
    return !(figures[name] >= atLeast && figures[name] <= atMost)
  })
  for (const name of broken)
    say(`BEYOND ITS LIMIT: ${name} is ${figures[name].toFixed(4)}, not ${JSON.stringify(limits[name])}`)
  if (broken.length > 0) throw new Error(`${broken.length} of ${names.length} limits do not hold`)
}
