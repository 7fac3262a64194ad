import { seededRandom } from '@voiceassist/testkit'

/** Draws the literals of a query. */
export interface Draw {
  /** From `low` to `high`, both included. */
  whole(low: number, high: number): number
  oneOf<T>(list: readonly T[]): T
  /** Different ones. */
  some<T>(list: readonly T[], count: number): T[]
  /** The first day of a month, `date 'YYYY-MM-01'`. */
  month(fromYear: number, toYear: number): string
}

export function drawBy(seed: number): Draw {
  const random = seededRandom(seed)
  const whole = (low: number, high: number) => low + Math.floor(random() * (high - low + 1))
  const some = <T>(list: readonly T[], count: number) => {
    const left = [...list]
    return Array.from({ length: count }, () => left.splice(whole(0, left.length - 1), 1)[0] as T)
  }
  return {
    whole,
    some,
    oneOf: list => some(list, 1)[0] as (typeof list)[number],
    month: (fromYear, toYear) =>
      `date '${whole(fromYear, toYear)}-${String(whole(1, 12)).padStart(2, '0')}-01'`,
  }
}
