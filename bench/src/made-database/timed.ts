import { percentile } from '../common/say.js'
import type { Operation } from './operations.js'

export interface Budget {
  /** After this time no further call begins, */
  readonly budgetMs: number
  /** but for so many, */
  readonly least: number
  /** and after so many in any case. */
  readonly most: number
}

/** Milliseconds of calls one after the other, with one key after the other from `from` on. */
export async function timed(
  run: Operation,
  from: number,
  { budgetMs, least, most }: Budget,
): Promise<number[]> {
  const taken: number[] = []
  const until = performance.now() + budgetMs
  for (let at = 0; at < most && (at < least || performance.now() < until); at++) {
    const startedAt = performance.now()
    await run(from + at)
    taken.push(performance.now() - startedAt)
  }
  return taken
}

/** Of several rounds. */
export class Times {
  readonly all: number[] = []
  /** Of each round. */
  readonly medians: number[] = []

  add(taken: readonly number[]): void {
    this.all.push(...taken)
    this.medians.push(percentile(taken, 0.5))
  }

  get p50(): number {
    return percentile(this.all, 0.5)
  }

  get p95(): number {
    return percentile(this.all, 0.95)
  }
}
