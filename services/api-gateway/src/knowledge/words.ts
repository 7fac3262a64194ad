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
  for (const _ of text.matchAll(/\S+/g)) count += 1
  return count
}

/** Cuts the text between two offsets into slices of at most `maxWords`, at white space, or within a run that is longer. */
export function* wordSlices(
  text: string,
  start: number,
  end: number,
  maxWords: number,
): Generator<WordSlice> {
  let open: { start: number; end: number; words: number } | undefined
  for (const run of runs(text, start, end, maxWords * unitsPerWord)) {
    const words = Math.ceil((run.end - run.start) / unitsPerWord)
    if (open && open.words + words <= maxWords) {
      open.end = run.end
      open.words += words
    } else {
      if (open) yield open
      open = { ...run, words }
    }
  }
  if (open) yield open
}

/** The runs without white space, those longer than `maxUnits` cut between characters. */
function* runs(text: string, start: number, end: number, maxUnits: number) {
  // Matched within a copy of the part: a run without spaces may go on far behind `end`.
  for (const match of text.slice(start, end).matchAll(/\S+/g)) {
    const runStart = start + match.index
    const runEnd = runStart + match[0].length
    for (let from = runStart; from < runEnd; ) {
      let to = Math.min(runEnd, from + maxUnits)
      if (to < runEnd && isLowSurrogate(text.charCodeAt(to))) to -= 1
      yield { start: from, end: to }
      from = to
    }
  }
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
