/** Part of every key: another normal form is another cache. */
export const normaliserVersion = 1

const loneSurrogates = /\p{Surrogate}/gu
/** A word after the start, or after the end of a sentence, past what may open it. */
const firstWords = /(?<=^|[.?!] )([^\p{L}\p{N} ]*)([\p{L}\p{M}\p{N}]+)(?![\p{L}\p{M}\p{N}])/gu
const capitalised = /^\p{Lu}\p{Ll}{2,}$/u
/** Words of two letters that may begin a sentence; other ones may be symbols, as Mg and Na are. */
const shortWords = new Set(
  'Am An As At Be By Do Go He If In Is It Me My No Of On Or So To Up Us We A I'.split(' '),
)

/**
 * What a text's key and vector are made from: NFKC, white space folded, and the capital of a sentence's first word
 * folded. Case elsewhere may carry meaning (AIDS and aids, pH, mRNA, Mg and mg, US and us) and stays, so a text that is
 * all in capitals stays too. Applied twice it changes nothing more.
 */
export function normalForm(text: string): string {
  return text
    .replace(loneSurrogates, '\u{FFFD}')
    .normalize('NFKC')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(firstWords, (_, opening: string, word: string) => opening + withoutCapital(word))
    .normalize('NFKC')
}

function withoutCapital(word: string): string {
  return capitalised.test(word) || shortWords.has(word) ? word.toLowerCase() : word
}
