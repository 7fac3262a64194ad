import { isQuantity } from './near-words.js'
import type { Span } from './span.js'

const named = new RegExp(
  [
    String.raw`(?<!\p{L})(?:m\.?r\.?n(?!\p{L})\.?`,
    String.raw`(?:medical|med\.?|health|clinical) rec(?:ord|\.)?(?!\p{L})`,
    String.raw`(?:patient(?:'s)?|record|pt\.?|hospital|chart|nhs|unit) ?(?:(?:number|no|num|id|identifier)(?!\p{L})|#))`,
  ].join('|'),
  'giu',
)
const between =
  /^(?:(?: ?(?:is|was|of|for|reads|the|this|patient|pt|number|num|no|id)\b)|[ \n]?[:#=.("'-]|[ \n]){0,8}/i
const identifier = /^[a-z]{0,4}-?\d[a-z\d]{0,15}(?:[-/][a-z\d]{1,8}){0,3}(?![\p{L}\d])/iu
const spaced = /^\d{2,4}(?: \d{2,4}){2,3}(?!\d)/
const year = /^(?:19|20)\d\d$/

/** Numbers that are named as those of a medical record, chart, hospital or patient; of four digits at least. */
export function* findRecordNumbers(text: string): Iterable<Span> {
  for (const { index, 0: name } of text.matchAll(named)) {
    const behind = text.slice(index + name.length, index + name.length + 120)
    const gap = between.exec(behind)?.[0] ?? ''
    const rest = behind.slice(gap.length)
    const found = (spaced.exec(rest) ?? identifier.exec(rest))?.[0]
    if (found === undefined || found.replace(/\D/g, '').length < 4 || year.test(found)) continue
    const end = index + name.length + gap.length + found.length
    if (!isQuantity(text, end)) yield [index, end]
  }
}
