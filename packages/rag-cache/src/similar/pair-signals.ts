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
  'sharedTerms',
  'kindsAlike',
  'kindsApart',
] as const

export type PairSignals = Readonly<Record<(typeof pairSignalNames)[number], number>>

export function pairSignals(cosine: number, a: QuestionFeatures, b: QuestionFeatures): PairSignals {
  const kinds = { shared: countShared(a.kinds, b.kinds), all: new Set([...a.kinds, ...b.kinds]).size }
  return {
    cosine,
    closeCosine: Math.max(0, cosine - 0.8),
    sharedWords: jaccard(a.words, b.words),
    /** How much of what one asks about stands in the other at all, whichever is less. */
    askedElsewhere: Math.min(coverage(a.asked, b.terms).share, coverage(b.asked, a.terms).share),
    sharedTerms: Math.log1p(coverage(a.terms, b.terms).weight),
    kindsAlike: kinds.all === 0 ? 0 : kinds.shared / kinds.all,
    kindsApart: kinds.all - kinds.shared,
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
