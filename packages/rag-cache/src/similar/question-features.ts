import { clinicalName } from './clinical-names.js'
import { type Direction, directionsOf } from './directions.js'
import { polesOf } from './polarities.js'
import { type QuestionKind, questionKindsOf } from './question-kinds.js'
import { numbersOf, type QuestionNumber } from './question-numbers.js'
import { isSentenceEnd, termOf, tokensOf } from './question-words.js'
import { withPhrases } from './synonyms.js'

/** What is looked at of a question; what is beyond says little that is new. */
const maxLength = 4096
const maxTokens = 400
const negators = new Set('not no never without none neither nor lack lacking absent except hardly'.split(' '))
const unsure = new Set(['sure', 'know', 'mind', 'understand'])
/** How far a negation reaches, in words that say something. */
const negationReach = 2
/** In capitals, and short forms of nothing. */
const plainCapitals = /^(I|A|OK|AM|PM|MG|ML|IM|IT|IS|NO|NOT|AND|OR|MY)$/

/** What the guards and the score need of a question: JSON, at most a few KiB, as sensitive as the question itself. */
export interface QuestionFeatures {
  /** Every word once, as it is written, in small letters. */
  readonly words: readonly string[]
  /** What it is about: distinct, synonyms as one, stemmed; in the order of the text. */
  readonly terms: readonly string[]
  /** Those of the sentences that ask. */
  readonly asked: readonly string[]
  readonly numbers: readonly QuestionNumber[]
  /** Those of the sentences that ask. */
  readonly askedNumbers: readonly QuestionNumber[]
  /** Of the sentences that ask. */
  readonly negations: number
  /** The terms that a negation reaches, in all of it. */
  readonly negated: readonly string[]
  /** `axis:side`, of polarities.ts. */
  readonly poles: readonly string[]
  readonly directions: readonly Direction[]
  readonly kinds: readonly QuestionKind[]
  /** Substances, conditions, procedures and short forms, as terms. */
  readonly names: readonly string[]
}

/** @param text in its normal form, which leaves short forms in capitals; the first 4,096 code units are looked at */
export function questionFeatures(text: string): QuestionFeatures {
  const read = text.slice(0, maxLength)
  const tokens = tokensOf(withPhrases(read.toLowerCase())).slice(0, maxTokens)
  const asked = askedTokens(tokens)
  return {
    words: distinct(tokens.filter(token => !isSentenceEnd(token))),
    terms: distinct(tokens.map(termOf)),
    asked: distinct(asked.map(termOf)),
    numbers: numbersOf(tokens),
    askedNumbers: numbersOf(asked),
    negations: negatorsOf(asked).length,
    negated: negatedOf(tokens),
    poles: polesOf(tokens),
    directions: directionsOf(asked),
    kinds: questionKindsOf(asked.join(' ')),
    names: namesOf(tokens, read),
  }
}

function namesOf(tokens: readonly string[], text: string): string[] {
  // In a text all in capitals they tell nothing.
  const capitals = /[a-z]/.test(text) ? (text.match(/\b[A-Z][A-Z0-9]{1,5}\b/g) ?? []) : []
  const shortForms = capitals.filter(form => !plainCapitals.test(form)).map(form => form.toLowerCase())
  const names = tokens.map(clinicalName)
  return distinct([...names, ...shortForms.map(form => clinicalName(form) ?? form)]).map(
    name => termOf(name) ?? name,
  )
}

/** Of the sentences that end with a question mark; of all where there is none. */
function askedTokens(tokens: readonly string[]): string[] {
  const sentences: { words: string[]; asks: boolean }[] = []
  let words: string[] = []
  for (const token of [...tokens, '.']) {
    if (!isSentenceEnd(token)) {
      words.push(token)
      continue
    }
    if (words.length > 0) sentences.push({ words, asks: token === '?' })
    words = []
  }
  const asking = sentences.filter(({ asks }) => asks)
  return (asking.length > 0 ? asking : sentences).flatMap(sentence => sentence.words)
}

/** Where the tokens negate; 'or not' asks the same, and 'not sure' speaks of who asks. */
function negatorsOf(tokens: readonly string[]): number[] {
  const places = [...tokens.keys()].filter(index => negators.has(tokens[index]!))
  return places.filter(
    index => tokens[index] !== 'not' || (tokens[index - 1] !== 'or' && !unsure.has(tokens[index + 1] ?? '')),
  )
}

function negatedOf(tokens: readonly string[]): string[] {
  return distinct(negatorsOf(tokens).flatMap(index => reached(tokens.slice(index + 1))))
}

function reached(tokens: readonly string[]): string[] {
  const end = tokens.findIndex(isSentenceEnd)
  const terms = (end < 0 ? tokens : tokens.slice(0, end)).map(termOf)
  return terms.filter(term => term !== undefined).slice(0, negationReach)
}

function distinct(items: readonly (string | undefined)[]): string[] {
  return [...new Set(items.filter(item => item !== undefined))]
}
