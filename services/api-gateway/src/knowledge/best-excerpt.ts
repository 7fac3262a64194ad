import { queryTerms } from './lexical-terms.js'
import { type Span, sentenceSpans } from './sentence-spans.js'
import { countWords, wordSlices } from './words.js'

export interface Excerpt {
  readonly text: string
  /** Offsets into the document, in UTF-16 code units. */
  readonly start: number
  readonly end: number
}

/** What an early place is worth beside a term that was asked for: an author says first what matters most. */
const firstPlaceBonus = 0.5

/**
 * The run of sentences of a passage that says most of the terms asked for, in at most `maxWords`; a longer sentence
 * is cut at a word. With no terms it is the beginning.
 */
export function bestExcerpt(
  passage: { readonly text: string; readonly start: number },
  asked: readonly string[],
  maxWords: number,
): Excerpt {
  const sentences = [...sentenceSpans(passage.text, 0, passage.text.length)]
  let best = { start: 0, end: passage.text.length, value: -1 }
  for (const index of sentences.keys()) {
    const { start, end } = runFrom(sentences, index, passage.text, maxWords)
    const said = new Set(queryTerms(passage.text.slice(start, end)))
    const found = asked.filter(term => said.has(term)).length
    const value = found + firstPlaceBonus * (1 - index / sentences.length)
    if (value > best.value) best = { start, end, value }
  }
  return {
    text: passage.text.slice(best.start, best.end),
    start: passage.start + best.start,
    end: passage.start + best.end,
  }
}

function runFrom(sentences: readonly Span[], index: number, text: string, maxWords: number) {
  const { start, end: firstEnd } = sentences[index]!
  let end = firstEnd
  for (const next of sentences.slice(index + 1)) {
    if (countWords(text.slice(start, next.end)) > maxWords) break
    end = next.end
  }
  const [cut] = wordSlices(text, start, end, maxWords)
  return { start, end: cut && countWords(text.slice(start, firstEnd)) > maxWords ? cut.end : end }
}
