import { stemmer } from 'stemmer'
import { isFunctionWord } from './common-words.js'
import { canonicalWord } from './synonyms.js'

/** A longer run of letters is a sequence or an encoded file, not a word. */
const maxWordLength = 40

/** A text in small letters as words, numbers and the ends of sentences, in its order; `don't` is `do not`. */
export function tokensOf(text: string): string[] {
  const folded = text
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\bcan't\b|\bcannot\b/g, 'can not')
    .replace(/\bwon't\b/g, 'will not')
    .replace(/n't\b/g, ' not')
    .replace(/\b(can|won|don|doesn|didn|isn|wasn|aren|haven|hasn|couldn|shouldn)t\b/g, '$1 not')
    .replace(/'(s|m|re|ve|d|ll)\b/g, '')
  return folded.match(/\d+(?:[.,]\d+)*|[\p{L}\p{M}]+|[?!;]|\.(?=\s|$)/gu) ?? []
}

/** The form in which words are compared: a synonym's, or the stem by Porter; undefined for one that says nothing. */
export function termOf(word: string): string | undefined {
  if (word.length < 2 || word.length > maxWordLength || !/^\p{L}/u.test(word)) return undefined
  const synonym = canonicalWord(word)
  if (synonym !== undefined) return synonym
  if (isFunctionWord(word)) return undefined
  return word.length <= 3 || /[^a-z]/.test(word) ? word : (canonicalWord(stemmer(word)) ?? stemmer(word))
}

export function isSentenceEnd(token: string): boolean {
  return /^[.?!;]$/.test(token)
}
