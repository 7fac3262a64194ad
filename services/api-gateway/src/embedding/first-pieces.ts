/** Word pieces of a text that the model reads; it ignores the rest (found by trying: vectors do not change). */
const modelPieces = 128

/** A longer word is cut, since the tokenizer's time is quadratic in what it is given at once. */
const maxWordLength = 64

/** Piece counts of words seen; most words of a document come again. */
const counts = new Map<string, number>()
const maxCounts = 20_000

/**
 * The part of a text that the model reads, its words divided by single spaces; never empty. Other white space, and
 * control characters, are no words to the tokenizer and would become unknown pieces.
 */
export function firstPieces(text: string, countPieces: (word: string) => number): string {
  const kept: string[] = []
  let pieces = 0
  for (const [word] of text.normalize('NFKC').matchAll(/[^\s\p{C}]+/gu)) {
    const short = word.slice(0, maxWordLength)
    kept.push(short)
    pieces += cachedCount(short, countPieces)
    if (pieces >= modelPieces) break
  }
  // The model fails on no pieces at all; the word divider is one.
  return kept.join(' ') || ' '
}

function cachedCount(word: string, countPieces: (word: string) => number): number {
  const known = counts.get(word)
  if (known !== undefined) return known
  const count = countPieces(word)
  if (counts.size < maxCounts) counts.set(word, count)
  return count
}
