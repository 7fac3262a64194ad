import { RagError } from '../rag-error.js'
import { type QuestionPair, similarityOf } from './similarity.js'

export interface LabelledPair extends QuestionPair {
  /** Whether one answer serves both. */
  readonly same: boolean
  /** Pairs of one group, such as those of one question, are never on both sides of a cross-validation. */
  readonly group: string
}

/** What a threshold does to labelled pairs. */
export interface ReuseMeasure {
  readonly pairs: number
  readonly same: number
  readonly reused: number
  readonly wrong: number
  /** Of the pairs reused, the share labelled the same; 1 where none is reused. */
  readonly precision: number
  /** Below the precision of all such pairs, at 95 % confidence (Wilson's lower bound, one-sided); 0 where none is reused. */
  readonly precisionAtLeast: number
  /** Of the pairs labelled the same, the share reused. */
  readonly reuse: number
  /** Of all pairs, the share reused. */
  readonly reuseOfAll: number
}

export interface Calibration extends ReuseMeasure {
  /** Reuse at this similarity and above. */
  readonly threshold: number
  /** What the same choice did on pairs that it was not made on, ten-fold by group. */
  readonly crossValidated: ReuseMeasure
}

const leastPairs = 100
const folds = 10
const limits = { least: 0.5, most: 0.999 }

/**
 * The lowest threshold at which the precision holds on these pairs, with at least 1 / (1 - precision) of them reused: fewer
 * could not tell. `precisionAtLeast` and `crossValidated` say how far it holds for others. The same pairs give the same
 * threshold.
 * @param options.precision 0.5 to 0.999
 * @throws RagError RAG_REQUEST_INVALID for such a precision; RAG_CALIBRATION_FAILED for fewer than 100 pairs, for pairs
 * of one label, and where no threshold holds the precision.
 */
export function calibrate(
  pairs: readonly LabelledPair[],
  { precision }: { readonly precision: number },
): Calibration {
  if (!(precision >= limits.least && precision <= limits.most))
    throw new RagError('RAG_REQUEST_INVALID', `precision must be from ${limits.least} to ${limits.most}`, {
      field: 'precision',
      remedy: '0.99 lets one of a hundred reuses be wrong',
    })
  refuseTooFew(pairs)
  const scored = pairs.map(scoredPair)
  const threshold = lowestThreshold(scored, precision)
  if (threshold === undefined)
    throw new RagError(
      'RAG_CALIBRATION_FAILED',
      `No threshold holds the precision ${precision} on these pairs`,
      {
        field: 'precision',
        remedy: 'Ask for a lower precision, or give more pairs; reuse stays as it was',
      },
    )
  return { threshold, ...measure(scored, threshold), crossValidated: crossValidate(scored, precision) }
}

/** What a threshold does to other pairs than those it was chosen on. */
export function measureReuse(pairs: readonly LabelledPair[], threshold: number): ReuseMeasure {
  return measure(pairs.map(scoredPair), threshold)
}

interface ScoredPair {
  readonly same: boolean
  readonly group: string
  /** Below every threshold where a guard refuses. */
  readonly similarity: number
}

function scoredPair({ same, group, ...pair }: LabelledPair): ScoredPair {
  const { similarity, refusedBy } = similarityOf(pair)
  return { same, group, similarity: refusedBy === undefined ? similarity : Number.NEGATIVE_INFINITY }
}

function refuseTooFew(pairs: readonly LabelledPair[]): void {
  const same = pairs.filter(pair => pair.same).length
  if (pairs.length >= leastPairs && same > 0 && same < pairs.length) return
  throw new RagError(
    'RAG_CALIBRATION_FAILED',
    `Calibration needs at least ${leastPairs} pairs of both labels; these are ${pairs.length}, ${same} of them the same`,
    {
      field: 'pairs',
      remedy: 'Label more pairs; a precision of 0.99 needs a hundred reused ones without a wrong one',
    },
  )
}

function lowestThreshold(pairs: readonly ScoredPair[], precision: number): number | undefined {
  const sorted = pairs
    .filter(({ similarity }) => similarity > Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.similarity - a.similarity)
  // One more wrong reuse must not change the precision by more than what it leaves to be wrong.
  const leastReused = Math.round(1 / (1 - precision))
  let right = 0
  let threshold: number | undefined
  for (const [index, { same, similarity }] of sorted.entries()) {
    if (same) right++
    // Equal similarities go together.
    const isLastOfEquals = sorted[index + 1]?.similarity !== similarity
    if (isLastOfEquals && index + 1 >= leastReused && right >= precision * (index + 1)) threshold = similarity
  }
  return threshold
}

function crossValidate(pairs: readonly ScoredPair[], precision: number): ReuseMeasure {
  const order = new Map([...new Set(pairs.map(({ group }) => group))].map((group, index) => [group, index]))
  const foldOf = ({ group }: ScoredPair) => order.get(group)! % folds
  const counts = { pairs: 0, same: 0, reused: 0, wrong: 0 }
  for (let fold = 0; fold < folds; fold++) {
    const threshold = lowestThreshold(
      pairs.filter(pair => foldOf(pair) !== fold),
      precision,
    )
    const {
      pairs: count,
      same,
      reused,
      wrong,
    } = measure(
      pairs.filter(pair => foldOf(pair) === fold),
      threshold ?? Number.POSITIVE_INFINITY,
    )
    counts.pairs += count
    counts.same += same
    counts.reused += reused
    counts.wrong += wrong
  }
  return measureOf(counts)
}

function measure(pairs: readonly ScoredPair[], threshold: number): ReuseMeasure {
  const reused = pairs.filter(({ similarity }) => similarity >= threshold)
  return measureOf({
    pairs: pairs.length,
    same: pairs.filter(({ same }) => same).length,
    reused: reused.length,
    wrong: reused.filter(({ same }) => !same).length,
  })
}

/** The shares of counts. */
function measureOf(counts: Pick<ReuseMeasure, 'pairs' | 'same' | 'reused' | 'wrong'>): ReuseMeasure {
  const { pairs, same, reused, wrong } = counts
  return {
    ...counts,
    precision: reused === 0 ? 1 : (reused - wrong) / reused,
    precisionAtLeast: wilsonLower(reused - wrong, reused),
    reuse: same === 0 ? 0 : (reused - wrong) / same,
    reuseOfAll: pairs === 0 ? 0 : reused / pairs,
  }
}

/** Wilson's score interval, its lower end, for a one-sided 95 %. */
function wilsonLower(right: number, all: number): number {
  if (all === 0) return 0
  const z = 1.6449
  const share = right / all
  const centre = share + (z * z) / (2 * all)
  const margin = z * Math.sqrt((share * (1 - share)) / all + (z * z) / (4 * all * all))
  return (centre - margin) / (1 + (z * z) / all)
}
