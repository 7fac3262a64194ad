import { readPairs } from '@voiceassist/api-gateway/cli/read-pairs'
import { createBundledEmbedder } from '@voiceassist/api-gateway/embedding/bundled-embedder'
import {
  calibrate,
  type LabelledPair,
  labelPairs,
  leastCosine,
  pairSignalNames,
  pairSignals,
  similarityOf,
} from '@voiceassist/rag-cache'
import { machine, say, sayProgress } from '../common/say.js'
import { fitLogistic, type LogisticModel, logisticScore } from './fit-logistic.js'

const folds = 10
const repeats = 10
const penalty = 10
/** A reuse that is wrong costs more than one that is missed. */
const differentWeight = 3
const precisions = [0.99, 0.98, 0.97]
const reuses = [0.1, 0.2, 0.25, 0.3, 0.4]

/**
 * What reuse of similar questions is worth on pairs that it was not fitted on: weights fitted again in each of ten folds
 * by question, ten times over, beside the bare cosine; then the weights of all pairs, which the package holds.
 * @param path a CSV file of labelled pairs
 */
export async function similar(path: string): Promise<void> {
  const embedder = createBundledEmbedder()
  try {
    const pairs = await labelPairs(await readPairs(path), {
      embed: texts => embedder.embed(texts),
      onProgress: ({ done, total }) => sayProgress(`embedding ${done} of ${total} questions`),
    })
    say(`${machine()}; ${embedder.model}; ${path}: ${pairs.length} pairs`)
    saySimilar(pairs)
  } finally {
    await embedder.close()
  }
}

export function saySimilar(pairs: readonly LabelledPair[]): void {
  const same = pairs.filter(pair => pair.same).length
  const runs = Array.from({ length: repeats }, (_, run) => unseenScores(pairs, run))
  const rows: readonly [string, readonly (readonly number[])[]][] = [
    ['bare cosine', [pairs.map(pair => pair.cosine)]],
    ['bare cosine, guards', [pairs.map(pair => (isRefused(pair) ? -1 : pair.cosine))]],
    ['similarity, guards', runs],
  ]
  say(
    `reuse: of ${same} pairs that mean the same, those reused; on pairs that the weights were not fitted on`,
  )
  for (const [name, scores] of rows) {
    const curves = scores.map(some => curveOf(pairs, some))
    const at = (of: (curve: Curve) => number) =>
      curves.reduce((sum, curve) => sum + of(curve), 0) / curves.length
    const reuse = precisions.map(p => `${(100 * at(curve => curve.reuseAt(p))).toFixed(1)} % at ${p}`)
    const precision = reuses.map(r => `${at(curve => curve.precisionAt(r)).toFixed(3)} at ${r * 100} %`)
    say(`${name.padEnd(20)} reuse ${reuse.join(', ')}; precision ${precision.join(', ')}`)
  }
  for (const precision of precisions) {
    const { threshold, reused, wrong, reuse, crossValidated } = calibrate(pairs, { precision })
    say(
      `calibrated for ${precision}: threshold ${threshold.toFixed(4)}, ${wrong} of ${reused} wrong, reuse ${(reuse * 100).toFixed(1)} %; threshold cross-validated: precision ${crossValidated.precision.toFixed(4)} (at least ${crossValidated.precisionAtLeast.toFixed(4)}), reuse ${(crossValidated.reuse * 100).toFixed(1)} %`,
    )
  }
  const { constant, weights } = fit(pairs)
  const named = pairSignalNames.map((name, index) => `${name}: ${weights[index]!.toFixed(3)}`)
  say(`weights of all pairs: constant: ${constant.toFixed(3)}, ${named.join(', ')}`)
}

interface Curve {
  reuseAt(precision: number): number
  precisionAt(reuse: number): number
}

/** Of the pairs in the order of their scores; a first stretch of 50 tells too little. */
function curveOf(pairs: readonly LabelledPair[], scores: readonly number[]): Curve {
  const order = [...pairs.keys()].sort((a, b) => scores[b]! - scores[a]!)
  const same = pairs.filter(pair => pair.same).length
  let right = 0
  const points = order.map((place, index) => {
    if (pairs[place]!.same) right++
    return { precision: right / (index + 1), reuse: right / same, count: index + 1 }
  })
  return {
    reuseAt: precision =>
      points.findLast(point => point.precision >= precision && point.count >= 50)?.reuse ?? 0,
    precisionAt: reuse => points.find(point => point.reuse >= reuse)?.precision ?? 0,
  }
}

function unseenScores(pairs: readonly LabelledPair[], run: number): number[] {
  const groups = new Map([...new Set(pairs.map(({ group }) => group))].map((group, index) => [group, index]))
  const foldOf = ({ group }: LabelledPair) => scattered(groups.get(group)!, run) % folds
  const models = Array.from({ length: folds }, (_, fold) => fit(pairs.filter(pair => foldOf(pair) !== fold)))
  return pairs.map(pair => (isRefused(pair) ? -1 : logisticScore(models[foldOf(pair)]!, signalsOf(pair))))
}

function fit(pairs: readonly LabelledPair[]): LogisticModel {
  const near = pairs.filter(({ cosine }) => cosine > leastCosine)
  const examples = near.map(pair => ({
    signals: signalsOf(pair),
    isTrue: pair.same,
    weight: pair.same ? 1 : differentWeight,
  }))
  return fitLogistic(examples, penalty)
}

function signalsOf({ cosine, a, b }: LabelledPair): number[] {
  const signals = pairSignals(cosine, a, b)
  return pairSignalNames.map(name => signals[name])
}

function isRefused(pair: LabelledPair): boolean {
  return similarityOf(pair).refusedBy !== undefined
}

/** A number of the group and the run, spread evenly (the finaliser of MurmurHash3). */
function scattered(group: number, run: number): number {
  let hash = Math.imul(group + 1, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
