import { isQuantity, namesThing } from './near-words.js'
import type { Span } from './span.js'

// Invented numbers with impossible area codes are found too: people type them in tests and expect it.
const northAmerican =
  /(?<![\p{L}\d+]|\d[-./])(?:\+?1[-. ]{1,2}|\+1)?(?:\(\d{3}\)[-. ]?|\d{3} ?[-./] ?|[2-9]\d\d )\d{3}(?: ?[-.] ?| )\d{4}(?!\d|[-./]\d)/gu
const international = /(?<![\p{L}\d])\+ ?[1-9](?:[ ./()-]{0,2}\d){7,14}(?!\d)/gu
const named =
  /(?<!\p{L})(?:phoned?|ph|telephone|telefon|tel|calls?|called|call ?back|cell|mobile|fax|pager|whatsapp|sms|texts?|texted|reach|reached|contact|voicemail|landline)(?!\p{L})/giu
const behindName =
  /^([^\d\n;]{0,30})(?<![\d.])(?:[2-9]\d\d[-. ]\d{4}|1?[2-9]\d{9}|\(?0\d\)?(?:[ -]?\d){7,12})(?!\d|[-./]\d)/
/** 'Call if platelets 350-1200': the number belongs to a condition. */
const condition = /\b(?:if|when|for|above|below|over|under|unless)\b/i

/**
 * Telephone numbers: ten digits in the North American groups, and with '+' those of any country; seven digits, ten without
 * separators and numbers with a leading 0 only behind a word such as 'phone' or 'call'.
 */
export function* findPhones(text: string): Iterable<Span> {
  for (const { index, 0: match } of text.matchAll(northAmerican)) {
    const end = index + match.length
    if (!namesThing(text, index) && !isQuantity(text, end)) yield [index, end]
  }
  for (const { index, 0: match } of text.matchAll(international)) {
    const end = index + match.length
    // With points it is a list of decimals, unless there are points only.
    const isDecimals = match.includes('.') && match.includes(' ')
    if (!isDecimals && !namesThing(text, index) && !isQuantity(text, end)) yield [index, end]
  }
  for (const { index, 0: name } of text.matchAll(named)) {
    const start = index + name.length
    const found = behindName.exec(text.slice(start, start + 60))
    if (!found || condition.test(found[1] ?? '')) continue
    const end = start + found[0].length
    if (!namesThing(text, start + (found[1]?.length ?? 0)) && !isQuantity(text, end)) yield [index, end]
  }
}
