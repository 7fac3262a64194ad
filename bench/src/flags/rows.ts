import type { Figure } from '../cache/figure.js'
import type { FlagsBench } from './flags-bench.js'
import { warmEvaluate } from './rows/warm-evaluate.js'

export const rows = {
  'warm-evaluate': warmEvaluate,
} as const satisfies Record<string, (bench: FlagsBench) => Promise<Figure[]>>
