import { rarity } from './common-words.js'
import { areReversed } from './directions.js'
import { isMisspelt } from './is-misspelt.js'
import { hasOpposite } from './polarities.js'
import type { QuestionFeatures } from './question-features.js'
import { decisiveKinds, tellingKinds } from './question-kinds.js'
import { isDuration, type QuestionNumber, sameNumber } from './question-numbers.js'

/**
 * What tells two questions apart that embeddings take for one; each is symmetric, and lets a question pass beside itself.
 * In the order in which they are asked.
 */
export const guards = {
  /** A number of one contradicts the other's, or one alone asks about one: 5 mg and 50 mg, stage 3. */
  numbers: (a, b) => {
    const onlyA = without(a.numbers, b.numbers)
    const onlyB = without(b.numbers, a.numbers)
    if (onlyA.length > 0 && onlyB.length > 0) return true
    // How long something has lasted is left out where it does not matter.
    const asked = [...without(a.askedNumbers, b.numbers), ...without(b.askedNumbers, a.numbers)]
    return asked.some(({ unit }) => !isDuration(unit))
  },
  /** One alone asks with a negation, or denies what the other says. */
  negation: (a, b) => a.negations > 0 !== b.negations > 0 || denies(a, b) || denies(b, a),
  /** They are on different sides of an axis: safe and unsafe, before and after, hypo- and hyper-. */
  polarity: (a, b) => {
    const sides = (features: QuestionFeatures, axis: string) =>
      features.poles.filter(pole => pole.startsWith(`${axis}:`))
    const axes = new Set(a.poles.map(pole => pole.split(':')[0]!))
    for (const axis of axes) {
      const [ofA, ofB] = [sides(a, axis), sides(b, axis)]
      if (ofB.length > 0 && !ofA.some(pole => ofB.includes(pole))) return true
    }
    const onlyA = a.words.filter(word => !b.words.includes(word))
    const onlyB = b.words.filter(word => !a.words.includes(word))
    return hasOpposite(onlyA, onlyB)
  },
  /** What causes, precedes or beats what is the other way round. */
  direction: (a, b) => a.directions.some(one => b.directions.some(other => areReversed(one, other))),
  /** A substance, condition, procedure or short form stands where the other has another, or is asked about in one alone. */
  names: (a, b) => {
    const onlyA = namesWithout(a, b)
    const onlyB = namesWithout(b, a)
    if (onlyA.length > 0 && onlyB.length > 0) return true
    return onlyA.some(name => a.asked.includes(name)) || onlyB.some(name => b.asked.includes(name))
  },
  /** They ask for different things of it, such as cause and treatment; or one alone for a treatment, a cost, … */
  kind: (a, b) => {
    if ([...decisiveKinds].some(kind => a.kinds.includes(kind) !== b.kinds.includes(kind))) return true
    const [ofA, ofB] = [a, b].map(({ kinds }) => kinds.filter(kind => tellingKinds.has(kind)))
    return ofA!.length > 0 && ofB!.length > 0 && !ofA!.some(kind => ofB!.includes(kind))
  },
} as const satisfies Record<string, (a: QuestionFeatures, b: QuestionFeatures) => boolean>

export type Guard = keyof typeof guards

export const guardNames = Object.keys(guards) as readonly Guard[]

/** The first guard that refuses to take the two for one. */
export function refusingGuard(a: QuestionFeatures, b: QuestionFeatures): Guard | undefined {
  return guardNames.find(name => guards[name](a, b))
}

function without(some: readonly QuestionNumber[], others: readonly QuestionNumber[]): QuestionNumber[] {
  return some.filter(number => !others.some(other => sameNumber(number, other)))
}

function denies(a: QuestionFeatures, b: QuestionFeatures): boolean {
  return a.negated.some(term => rarity(term) === 1 && b.terms.includes(term) && !b.negated.includes(term))
}

function namesWithout(a: QuestionFeatures, b: QuestionFeatures): string[] {
  return a.names.filter(
    name =>
      !b.terms.includes(name) &&
      !b.words.includes(name) &&
      ![...b.names, ...b.terms].some(other => isMisspelt(name, other)),
  )
}
