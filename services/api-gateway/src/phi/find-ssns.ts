import { isQuantity, namesThing } from './near-words.js'
import type { Span } from './span.js'

// Written with separators; the area 666, and any part of zeros, was never given out.
const written = /(?<![\p{L}\d]|\d[-.])(?!000|666)\d{3}( ?- ?|\.)(?!00)\d{2}\1(?!0000)\d{4}(?!\d|[-.]\d)/gu
const masked = /[x*•#]{3} ?-? ?[x*•#]{2} ?-? ?\d{4}(?!\d)/giu
const named =
  /(?<!\p{L})(?:ssn|s\.s\.n|ss ?(?:#|no\b)|social security|social (?:is|no|number|#)|soc\.? sec)/giu
const behindName = /^(?:[^\d;]|last 4){0,30}?(?<!\d)(?:(\d{3}[-. ]?\d{2}[-. ]?\d{4})|(\d{4}))(?![\d.]?\d)/i

/** Social security numbers: with separators anywhere; without them, masked or by their last four digits where they are named. */
export function* findSsns(text: string): Iterable<Span> {
  for (const { index, 0: match } of text.matchAll(written)) {
    if (!namesThing(text, index)) yield [index, index + match.length]
  }
  for (const { index, 0: match } of text.matchAll(masked)) yield [index, index + match.length]
  for (const { index, 0: name } of text.matchAll(named)) {
    const start = index + name.length
    const found = behindName.exec(text.slice(start, start + 50))
    if (!found || isQuantity(text, start + found[0].length)) continue
    const isEnding = /\b(?:last|end(?:s|ing)?|final)\b/i.test(
      text.slice(Math.max(0, index - 20), start + found[0].length),
    )
    if (found[1] !== undefined || isEnding) yield [index, start + found[0].length]
  }
}
