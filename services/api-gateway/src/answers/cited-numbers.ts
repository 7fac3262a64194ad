// Every text has one way to be an item: with two, a list that is none after all would take time without end.
const label = '(?:[\\^#]|(?:passage|source|reference|ref|document|doc|citation|cit)s?\\.?(?: ?[:#])? ?)?'
const item = `${label}\\d{1,9}(?: ?[-\u2010-\u2014] ?\\d{1,9})?(?: ?†[^,;]*(?=[,;]|$))?`
const list = new RegExp(`^ ?${item}(?: ?(?:[,;、，]|and|&) ?${item})* ?$`, 'i')
const numbers = /(\d{1,9})(?: ?[-\u2010-\u2014] ?(\d{1,9}))?(?: ?†[^,;]*)?/g
const daggered = /^ ?\d[^†]*†/
/** Passages of one answer are fewer; a range beyond it is one of values, as in [135-145]. */
const maxPassage = 99
/** How far the digits of Chinese and Japanese texts lie behind ASCII's. */
const fullWidth = 0xfee0

/**
 * The passages that the inside of a pair of brackets cites, or undefined when it is no citation: a list of whole
 * numbers and ascending ranges from 1 to 99, each with a label ('Passage 2', '^2') or a dagger's text ('2†source') or
 * without. What has a dagger behind a number and names no passage cites number 0, which is never given.
 */
export function citedNumbers(inside: string): readonly number[] | undefined {
  const text = inside
    .replaceAll(/\p{Cf}/gu, '') // what nobody sees
    .replaceAll(/[０-９]/g, digit => String.fromCharCode(digit.charCodeAt(0) - fullWidth))
    .replaceAll(/\s+/g, ' ')
  if (!list.test(text)) return daggered.test(text) ? [0] : undefined
  const cited: number[] = []
  for (const [, from = '', to] of text.matchAll(numbers)) {
    const first = Number(from)
    const last = to === undefined ? first : Number(to)
    if (to !== undefined && !(first >= 1 && first <= last && last <= maxPassage)) return undefined
    for (let number = first; number <= last; number += 1) cited.push(number)
  }
  return cited
}
