const dividedEnd = /(\p{L}[\p{L}\p{M}]{0,40})([-\u2010\u00ad])$/u
const goesOn = /^(\p{Ll}[\p{L}\p{M}]{0,40})(\S{0,40})\s?/u
const withHyphen = /\p{L}+[-\u2010]\p{L}+/gu

/** The words that are written with a hyphen within a line, in small letters: the hyphen is theirs. */
export function hyphenatedWords(lines: readonly string[]): ReadonlySet<string> {
  const words = new Set<string>()
  for (const line of lines) {
    for (const [word] of line.matchAll(withHyphen)) words.add(word.replace('\u2010', '-').toLowerCase())
  }
  return words
}

/**
 * Two lines, with a word that the end of the first divided put together again at that end; the second is empty when it was
 * no more than the rest of the word. A hyphen that the word has elsewhere too stays.
 */
export function unhyphenated(
  first: string,
  second: string,
  hyphenated: ReadonlySet<string>,
): [first: string, second: string] {
  const end = dividedEnd.exec(first.slice(-50))
  const rest = end ? goesOn.exec(second) : null
  if (!end || !rest) return [first, second]
  const keepsHyphen = end[2] !== '\u00ad' && hyphenated.has(`${end[1]}-${rest[1]}`.toLowerCase())
  const begun = keepsHyphen ? first : first.slice(0, -1)
  return [`${begun}${rest[1]}${rest[2]}`, second.slice(rest[0].length)]
}
