import type { Span } from './span.js'

const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\\.?'
const day = '(?:0?[1-9]|[12]\\d|3[01])(?!\\d)(?:st|nd|rd|th)?'
const year = "(?:'?\\d{2}|(?:18|19|20)\\d{2})(?!\\d)"
const ends = '(?! ?(?:weeks?|days?|wks?|%|mg)\\b)'
const withYear = [
  `(?:0?[1-9]|[12]\\d|3[01])( ?[-/.] ?| )(?:0?[1-9]|[12]\\d|3[01])\\1${year}`,
  '(?:18|19|20)\\d{2} ?[-/.] ?(?:0?[1-9]|1[0-2]) ?[-/.] ?(?:0?[1-9]|[12]\\d|3[01])(?!\\d)',
  '(?:18|19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?!\\d)',
  `(?:the )?${day}[-/ ]?(?:of )?${month},?[-/ ]?${year}`,
  `${month}[- ]?(?:the )?${day},?[- ]?${year}`,
]
const withoutYear = [
  `(?:the )?${day}[- ]?(?:of )?${month}`,
  `${month}[- ]?(?:the )?${day}`,
  `${month},?[- ]?(?:18|19|20)\\d{2}(?!\\d)`,
]
const fullDate = new RegExp(`(?<![\\d/.-])(?:${withYear.join('|')})${ends}`, 'i')
const anyDate = new RegExp(`(?<![\\d/.-])(?:${[...withYear, ...withoutYear].join('|')})${ends}`, 'i')

const named =
  /(?<![\p{L}-])(?:d\.?o\.?b(?!\p{L})\.?|d\/o\/b|date of birth|birth ?date|birth ?day|day of birth|born)(?!\p{L})/giu
const nameBehind =
  /^ ?\(?(?:(?:is|was|as) )?(?:(?:the|her|his|their|my) )?(?:d\.?o\.?b|date of birth|birth ?date|birth ?day)(?!\p{L})/iu
const abbreviated = /(?<![^\s(,;])b\. ?/g
/** What may stand between 'born' and the date; anything else says that the date is of something else. */
const between =
  /^(?:on|in|at|the|of|is|was|a|an|via|by|weeks?|wks?|days?|gestation|gestational|age|preterm|prematurely|term|caesarean|cesarean|vaginally|(?!Apgar|APGAR)\p{Lu}[\p{L}.'-]*|\d{1,2}(?:\+\d)?|(?:18|19|20)\d\d|\p{P}|[=|])$/u

/**
 * Dates near a word for birth: 'DOB', 'date of birth', 'birthday', 'born', or 'b.' just before. A date is a day with its
 * month, with or without the year, or a month with its year; a year alone names nobody.
 */
export function* findBirthDates(text: string): Iterable<Span> {
  for (const { index, 0: name } of text.matchAll(named)) {
    const start = index + name.length
    const behind = text.slice(start, start + 80)
    const found = anyDate.exec(behind)
    if (found && found.index <= 45 && isBetween(behind.slice(0, found.index))) {
      yield [index, start + found.index + found[0].length]
    }
  }
  for (const { index, 0: name } of text.matchAll(abbreviated)) {
    const start = index + name.length
    const found = fullDate.exec(text.slice(start, start + 40))
    if (found?.index === 0) yield [index, start + found[0].length]
  }
  for (const { index, 0: date } of text.matchAll(new RegExp(fullDate, 'gi'))) {
    const found = nameBehind.exec(text.slice(index + date.length, index + date.length + 40))
    if (found) yield [index, index + date.length + found[0].length]
  }
}

function isBetween(gap: string): boolean {
  if (gap.includes(';') || /[.!?] \p{Lu}/u.test(gap)) return false
  return (gap.match(/[\p{L}][\p{L}.'-]*|\d{1,2}\+\d|\d+|[^\s\p{L}\d]/gu) ?? []).every(word =>
    between.test(word),
  )
}
