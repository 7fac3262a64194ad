import { normalForm } from '../key/normal-form.js'
import type { LabelledPair } from './calibrate.js'
import { questionFeatures } from './question-features.js'

export interface PairOfTexts {
  readonly a: string
  readonly b: string
  readonly same: boolean
}

/** Texts that are embedded between two calls of `onProgress`. */
const batch = 64

/** Pairs as `calibrate` takes them: each distinct text embedded once, in its normal form. */
export async function labelPairs(
  pairs: readonly PairOfTexts[],
  options: {
    /** Unit length, in the order of the texts. */
    readonly embed: (texts: readonly string[], signal?: AbortSignal) => Promise<readonly Float32Array[]>
    readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
    readonly signal?: AbortSignal
  },
): Promise<LabelledPair[]> {
  const { embed, onProgress, signal } = options
  const texts = [...new Set(pairs.flatMap(({ a, b }) => [normalForm(a), normalForm(b)]))]
  const vectors = new Map<string, Float32Array>()
  for (let at = 0; at < texts.length; at += batch) {
    signal?.throwIfAborted()
    const some = texts.slice(at, at + batch)
    const embedded = await embed(some, signal)
    for (const [index, text] of some.entries()) vectors.set(text, embedded[index]!)
    onProgress?.({ done: vectors.size, total: texts.length })
  }
  const features = new Map(texts.map(text => [text, questionFeatures(text)]))
  return pairs.map(({ same, ...pair }) => {
    const [a, b] = [normalForm(pair.a), normalForm(pair.b)]
    return {
      cosine: dot(vectors.get(a)!, vectors.get(b)!),
      a: features.get(a)!,
      b: features.get(b)!,
      same,
      group: a,
    }
  })
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (const [index, value] of a.entries()) sum += value * b[index]!
  return sum
}
