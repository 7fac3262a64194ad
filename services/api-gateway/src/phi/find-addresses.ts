import type { Span } from './span.js'

const direction = '(?:(?:[NSEW]|[NS][EW]|North|South|East|West)\\.? )?'
const number = "(?<![\\p{L}\\d.,/+'-])\\d{1,6}[A-Za-z]?(?:-\\d{1,4})? "
const always = [
  'street',
  'avenue',
  'boulevard',
  'road',
  'lane',
  'parkway',
  'highway',
  'turnpike',
  'crescent',
  'terrace',
]
const capitalised = [
  ...always,
  'st',
  'ave?',
  'blvd',
  'rd',
  'ln',
  'pkwy',
  'hwy',
  'drive',
  'dr',
  'court',
  'ct',
  'place',
  'pl',
  'way',
  'ter',
  'circle',
  'cir',
  'square',
  'sq',
  'trail',
  'trl',
  'alley',
  'pike',
]
const onlyWithHome = ['walk', 'row', 'close', 'loop', 'run']

const title = (words: readonly string[]) =>
  words.map(word => `${word[0]!.toUpperCase()}${word.slice(1)}|${word.toUpperCase()}`).join('|')
const name = "[A-Z][\\p{L}.'-]{0,30}|\\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH)"
/** Number, up to four capitalised words, and a word for a way: '900 W 5th St'. */
const written = new RegExp(
  `${number}${direction}(?<name>(?:${name})(?:[ \\n](?:${name})){0,3}?)[ \\n](?<suffix>${title(capitalised)}|${title(onlyWithHome)})(?![\\p{L}\\d])`,
  'gu',
)
/** In lower case only with a word that is used for nothing but ways: '15 rose lane'. */
const lower = new RegExp(
  `${number}(?<name>\\p{L}{2,20}(?: \\p{L}{2,20})?) (?:${always.join('|')}|st|ave?|rd|drive|blvd)(?![\\p{L}\\d])`,
  'giu',
)
const broadway = new RegExp(`${number}${direction}(?:Broadway|BROADWAY)(?![\\p{L}\\d])`, 'gu')
const box = /(?<!\p{L})(?:p\.? ?o\.?|post(?:al)? office) ?box[ \n]{0,1}#?\d{1,7}(?!\d)/giu
const home = /\b(?:address|resid(?:es|ing|ence)|liv(?:es|ed|ing)|home|moved to)\b[^.;\n]{0,30}$/i
const otherMeaning =
  /\b(?:mm|cm|m|mg|mcg|g|kg|ml|l|min|minutes?|mins?|hours?|hrs?|h|days?|weeks?|months?|years?|times?|miles?|km|tablets?|caps(?:ules?)?|units?|lead|leads|slice|head|chest|per|by|with|and|or|the|of|in|on|to|at|from|for|a|an|stage|type|grade|down|cycles?)\b/i
const segment = /^[ -]?(?:elevations?|depressions?|segments?|changes?|scans?|deviation|T\b|wave|angiogra)/i

/**
 * Postal addresses: a number, a name and a word such as 'Street' or 'Ave', with or without the town behind it, and post
 * boxes. Towns alone, and rural routes, are not found.
 */
export function* findAddresses(text: string): Iterable<Span> {
  for (const match of text.matchAll(written)) {
    const { index, 0: found } = match
    const { name: street, suffix } = match.groups as { name: string; suffix: string }
    const end = index + found.length
    if (otherMeaning.test(street) || segment.test(text.slice(end, end + 16))) continue
    const isHome = home.test(text.slice(Math.max(0, index - 60), index))
    if (onlyWithHome.includes(suffix.toLowerCase()) && !isHome) continue
    // 'ST' and 'CT' are an ECG's and a scanner's, unless the whole address is in capitals.
    if (/^(?:ST|CT)$/.test(suffix) && street !== street.toUpperCase()) continue
    yield [index, end]
  }
  for (const match of text.matchAll(lower)) {
    const { index, 0: found } = match
    const isPlain =
      !otherMeaning.test(match.groups?.name ?? '') &&
      !segment.test(text.slice(index + found.length, index + found.length + 16))
    const isHome = home.test(text.slice(Math.max(0, index - 60), index))
    if (isPlain && (isHome || new RegExp(`(?:${always.join('|')})$`, 'i').test(found)))
      yield [index, index + found.length]
  }
  for (const pattern of [broadway, box]) {
    for (const { index, 0: found } of text.matchAll(pattern)) yield [index, index + found.length]
  }
}
