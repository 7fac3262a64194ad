import type { QuestionFeatures } from './question-features.js'
import { type PairRefusal, pairRefusals, similarityOf } from './similarity.js'

/** A cached question of the same tenant, filters, index and model. */
export interface ReuseCandidate {
  readonly key: string
  readonly cosine: number
  readonly features: QuestionFeatures
  /** The similarity of a reuse that was wrong: only above it is the entry reused. */
  readonly bar?: number
}

export const reuseRefusals = [...pairRefusals, 'threshold', 'bar'] as const
export type ReuseRefusal = PairRefusal | 'threshold' | 'bar'

export interface FoundReuse {
  /** The most similar candidate that nothing refuses; of equals the first. */
  readonly reuse?: { readonly key: string; readonly similarity: number }
  /** How many candidates each refused. */
  readonly refused: Readonly<Record<ReuseRefusal, number>>
}

/** @param threshold of `calibrate` */
export function findReuse(
  question: QuestionFeatures,
  candidates: readonly ReuseCandidate[],
  threshold: number,
): FoundReuse {
  const refused = Object.fromEntries(reuseRefusals.map(name => [name, 0])) as Record<ReuseRefusal, number>
  let best: { key: string; similarity: number } | undefined
  for (const { key, cosine, features, bar } of candidates) {
    const { similarity, refusedBy } = similarityOf({ cosine, a: question, b: features })
    const refusal = refusedBy ?? refusalOf(similarity, threshold, bar)
    if (refusal !== undefined) refused[refusal]++
    else if (!best || similarity > best.similarity) best = { key, similarity }
  }
  return best ? { reuse: best, refused } : { refused }
}

function refusalOf(similarity: number, threshold: number, bar: number | undefined): ReuseRefusal | undefined {
  if (similarity < threshold) return 'threshold'
  return bar !== undefined && similarity <= bar ? 'bar' : undefined
}
