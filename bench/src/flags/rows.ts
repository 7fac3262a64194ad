import type { Figure } from '../cache/figure.js'
import { warmEvaluate } from './rows/warm-evaluate.js'

/** What a row may use. */
export interface FlagsBench {
  /** Fewer rounds: for a look, not for figures to quote. */
  readonly quick: boolean
}

export const rows = {
  'warm-evaluate': warmEvaluate,
} as const satisfies Record<string, (bench: FlagsBench) => Promise<Figure[]>>
