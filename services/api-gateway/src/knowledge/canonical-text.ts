const lineEnds = /\r\n?|\u0085|\u2028|\u2029/g
// Control characters, and the byte order mark that concatenated files carry inside.
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufeff]/g
/** Unicode's stream-safe format allows 30 marks on a letter; sorting many more takes the square of their number. */
const piledMark = /\p{M}(?<=\p{M}{31})/gu
const loneSurrogates = /\p{Surrogate}/gu

/** LF line ends, Unicode NFC, no control characters but LF and tab, no lone surrogates, at most 30 marks on a letter. */
export function canonicalText(text: string): string {
  return text
    .replace(lineEnds, '\n')
    .replace(controls, '')
    .replace(loneSurrogates, '\ufffd')
    .replace(piledMark, '')
    .normalize('NFC')
}

/** One line of canonical text: white space collapsed, cut to `maxLength` code units at a whole character. */
export function canonicalLine(text: string, maxLength: number): string {
  // Cut before the work, since a line may be the whole file; white space may take most of what is cut off.
  const line = canonicalText(text.slice(0, maxLength * 4))
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= maxLength
    ? line
    : line
        .slice(0, maxLength)
        .replace(/\p{Surrogate}$/u, '')
        .trimEnd()
}
