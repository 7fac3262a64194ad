import type { Figure } from '../cache/figure.js'
import type { FlagsBench } from './flags-bench.js'
import { propagation } from './rows/propagation.js'
import { tiers } from './rows/tiers.js'
import { warmEvaluate } from './rows/warm-evaluate.js'

export const rows = {
  'warm-evaluate': warmEvaluate,
  tiers,
  propagation,
} as const satisfies Record<string, (bench: FlagsBench) => Promise<Figure[]>>
