import type { Span } from './span.js'

// A last label in mixed case is the beginning of a sentence: 'HR@150.Started'.
const address =
  /[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}(?:[\p{Ll}\p{Lo}]{2,24}|\p{Lu}{2,24})(?![\p{L}\p{N}])/gu

/** E-mail addresses with a domain of at least two labels. */
export function* findEmails(text: string): Iterable<Span> {
  for (const { index, 0: match } of text.matchAll(address)) yield [index, index + match.length]
}
