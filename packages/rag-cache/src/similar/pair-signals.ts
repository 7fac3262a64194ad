import { rarity } from './common-words.js'
import type { QuestionFeatures } from './question-features.js'

/** Where two terms begin alike this far, they are forms of one word, or one is misspelt. */
const leastPrefix = 4
const leastPrefixShare = 0.6

/** What the score is made of, in the order of its weights; each is the same for (a, b) and (b, a). */
export const pairSignalNames = [
  'cosine',
  'closeCosine',
  'sharedWords',
  'askedElsewhere',
  'askedAlike',
  'sharedTerms',
  'kindsAlike',
  'kindsApart',
  'termOrder',
] as const

export type PairSignals = Readonly<Record<(typeof pairSignalNames)[number], number>>

export function pairSignals(cosine: number, a: QuestionFeatures, b: QuestionFeatures): PairSignals {
  const kinds = { shared: countShared(a.kinds, b.kinds), all: new Set([...a.kinds, ...b.kinds]).size }
  const asked = [coverage(a.asked, b.asked), coverage(b.asked, a.asked)]
  return {
    cosine,
    closeCosine: Math.max(0, cosine - 0.8),
    sharedWords: jaccard(a.words, b.words),
    /** How much of what one asks about stands in the other at all, whichever is less. */
    askedElsewhere: Math.min(coverage(a.asked, b.terms).share, coverage(b.asked, a.terms).share),
    askedAlike: Math.max(...asked.map(({ share }) => share)),
    sharedTerms: Math.log1p(coverage(a.terms, b.terms).weight),
    kindsAlike: kinds.all === 0 ? 0 : kinds.shared / kinds.all,
    kindsApart: kinds.all - kinds.shared,
    termOrder: orderAlike(a.terms, b.terms),
  }
}

/** The rarity of the terms that stand in the other list too, alike or in another form, in sum and as a share of all. */
function coverage(terms: readonly string[], others: readonly string[]): { weight: number; share: number } {
  let weight = 0
  let all = 0
  const rest = others.filter(other => !terms.includes(other))
  for (const term of terms) {
    all += rarity(term)
    if (others.includes(term) || rest.some(other => areForms(term, other))) weight += rarity(term)
  }
  return { weight, share: all === 0 ? 0 : weight / all }
}

function areForms(a: string, b: string): boolean {
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  return same >= leastPrefix && same >= leastPrefixShare * Math.max(a.length, b.length)
}

function jaccard(a: readonly string[], b: readonly string[]): number {
  const shared = countShared(a, b)
  const all = a.length + b.length - shared
  return all === 0 ? 0 : shared / all
}

function countShared(a: readonly string[], b: readonly string[]): number {
  const others = new Set(b)
  return a.filter(item => others.has(item)).length
}

/** The longest run of shared terms in the same order, gaps allowed, as a share of them. */
function orderAlike(a: readonly string[], b: readonly string[]): number {
  const inA = a.filter(term => b.includes(term))
  const inB = b.filter(term => a.includes(term))
  if (inA.length === 0) return 0
  const row = new Array<number>(inB.length + 1).fill(0)
  for (const term of inA) {
    let diagonal = 0
    for (const [index, other] of inB.entries()) {
      const above = row[index + 1]!
      row[index + 1] = term === other ? diagonal + 1 : Math.max(above, row[index]!)
      diagonal = above
    }
  }
  return row.at(-1)! / inA.length
}
