import { queryTerms } from './lexical-terms.js'
import { type Span, sentenceSpans } from './sentence-spans.js'
import { countWords, wordSlices } from './words.js'

export interface Passage {
  readonly title: string
  readonly heading: string
  readonly text: string
  /** Offset into the document, in UTF-16 code units. */
  readonly start: number
}

export interface Excerpt {
  readonly text: string
  /** Offsets into the document, in UTF-16 code units. */
  readonly start: number
  readonly end: number
}

/** What a term is worth that title or heading say anyway, beside one that only the text says. */
const knownTermWeight = 0.25
/** What an early place is worth beside a term that was asked for: an author says first what matters most. */
const firstPlaceBonus = 0.5
/** What using all the words is worth: the last line of a passage may only announce what follows. */
const fullLengthBonus = 0.5

/**
 * The run of sentences of a passage that says most of the terms asked for, in at most `maxWords`; a longer sentence
 * is cut at a word. It begins with a sentence that says one of them, or with the passage.
 */
export function bestExcerpt(passage: Passage, asked: readonly string[], maxWords: number): Excerpt {
  const known = new Set(queryTerms(`${passage.title} ${passage.heading}`))
  const sentences = [...sentenceSpans(passage.text, 0, passage.text.length)]
  const said = sentences.map(({ start, end }) => termsIn(passage.text.slice(start, end), asked))
  let best = { first: 0, last: 0, value: -1 }
  for (const first of sentences.keys()) {
    if (first > 0 && said[first]!.length === 0) continue
    const { last, words } = runFrom(passage.text, sentences, first, maxWords)
    const found = [...new Set(said.slice(first, last + 1).flat())]
    const value =
      found.reduce((sum, term) => sum + (known.has(term) ? knownTermWeight : 1), 0) +
      firstPlaceBonus * (1 - first / sentences.length) +
      fullLengthBonus * Math.min(1, words / maxWords)
    if (value > best.value) best = { first, last, value }
  }
  const start = sentences[best.first]?.start ?? 0
  const [cut] = wordSlices(passage.text, start, sentences[best.first]?.end ?? 0, maxWords)
  const end = best.last > best.first ? sentences[best.last]!.end : (cut?.end ?? 0)
  return { text: passage.text.slice(start, end), start: passage.start + start, end: passage.start + end }
}

function termsIn(text: string, asked: readonly string[]): string[] {
  const terms = new Set(queryTerms(text))
  return asked.filter(term => terms.has(term))
}

/** The last sentence that still fits behind the first, and the words of all. */
function runFrom(text: string, sentences: readonly Span[], first: number, maxWords: number) {
  let last = first
  let words = 0
  for (let index = first; index < sentences.length; index += 1) {
    const more = countWords(text.slice(sentences[index]!.start, sentences[index]!.end))
    if (index > first && words + more > maxWords) break
    words += more
    last = index
  }
  return { last, words }
}
