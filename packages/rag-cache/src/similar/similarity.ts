import { type Guard, guardNames, refusingGuard } from './guards.js'
import { type PairSignals, pairSignals } from './pair-signals.js'
import type { QuestionFeatures } from './question-features.js'

/** Two questions: the cosine of their vectors, and the features of each. */
export interface QuestionPair {
  readonly cosine: number
  readonly a: QuestionFeatures
  readonly b: QuestionFeatures
}

export const pairRefusals = ['cosine', ...guardNames] as const
export type PairRefusal = 'cosine' | Guard

export interface Similarity {
  /** 0 to 1; what a calibrated threshold is of, and no probability. */
  readonly similarity: number
  /** Why the two are not taken for one, however similar. */
  readonly refusedBy?: PairRefusal
}

/** Below it nothing is reused, and the weights are not fitted. */
export const leastCosine = 0.75

/**
 * A logistic regression (L2 of 10 on standardised signals, a pair of different meaning weighing three) on the pairs above `leastCosine`
 * of the development half of Medical Question Pairs, with the bundled embedder; `npm run bench -- rag --only similar`
 * fits it again, and prints what it is worth on pairs that it has not seen.
 */
const weights: PairSignals & { readonly constant: number } = {
  constant: -7.165,
  cosine: 5.951,
  closeCosine: 11.91,
  sharedWords: 2.43,
  askedElsewhere: 1.117,
  sharedTerms: 0.629,
  kindsAlike: 0.789,
  kindsApart: -0.175,
}

/** Changes with the features, the guards or the weights: similarities of two versions do not compare. */
export const similarityVersion = 1

/** Cosines of one text's vector with itself, in float32. */
const sameCosine = 0.9999

/** The same for (a, b) and (b, a); 1 for a question and itself, 0 for vectors that are far apart. */
export function similarityOf({ cosine, a, b }: QuestionPair): Similarity {
  if (!(cosine >= leastCosine)) return { similarity: 0, refusedBy: 'cosine' }
  // No guard is asked: a question of what came before and after the same would refuse itself.
  if (cosine >= sameCosine && JSON.stringify(a) === JSON.stringify(b)) return { similarity: 1 }
  const similarity = score(cosine, a, b)
  const guard = refusingGuard(a, b)
  return guard === undefined ? { similarity } : { similarity, refusedBy: guard }
}

function score(cosine: number, a: QuestionFeatures, b: QuestionFeatures): number {
  const signals = pairSignals(cosine, a, b)
  let sum = weights.constant
  for (const [name, value] of Object.entries(signals)) sum += weights[name as keyof PairSignals] * value
  return 1 / (1 + Math.exp(-sum))
}
