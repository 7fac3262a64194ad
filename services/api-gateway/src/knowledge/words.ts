import { skipSpace, skipWord } from './white-space.js'

/** Code units that count as one word: an unspaced run (a URL, a script without spaces) counts by its length. */
const unitsPerWord = 16

export interface WordSlice {
  readonly start: number
  readonly end: number
  /** Its length in words, where a run longer than 16 code units counts as several. */
  readonly words: number
}

/** Runs of characters without white space between them. */
export function countWords(text: string): number {
  let count = 0
  for (let at = skipSpace(text, 0, text.length); at < text.length; count += 1) {
    at = skipSpace(text, skipWord(text, at, text.length), text.length)
  }
  return count
}

/** Cuts the text between two offsets into slices of at most `maxWords`, at white space, or within a run that is longer. */
export function wordSlices(text: string, start: number, end: number, maxWords: number): WordSlice[] {
  const slices: { start: number; end: number; words: number }[] = []
  for (let at = skipSpace(text, start, end); at < end; ) {
    const runEnd = skipWord(text, at, wholeCharacters(text, at, Math.min(end, at + maxWords * unitsPerWord)))
    const words = Math.ceil((runEnd - at) / unitsPerWord)
    const open = slices.at(-1)
    if (open && open.words + words <= maxWords) {
      open.end = runEnd
      open.words += words
    } else slices.push({ start: at, end: runEnd, words })
    at = skipSpace(text, runEnd, end)
  }
  return slices
}

/** `end`, or the offset before it when it stands within a character of two code units. */
function wholeCharacters(text: string, start: number, end: number): number {
  const next = text.charCodeAt(end)
  return next >= 0xdc00 && next <= 0xdfff && end - 1 > start ? end - 1 : end
}
