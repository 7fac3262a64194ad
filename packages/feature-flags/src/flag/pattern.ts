import { RE2JS } from 're2js'

/** A regular expression of RE2's syntax: looking through a text takes time in proportion to its length, whatever the expression. */
export type Pattern = Pick<RE2JS, 'test' | 'programSize'>

/** @throws RE2JSException where it is none, or uses what takes more than linear time, such as backreferences. */
export function compilePattern(source: string, ignoreCase: boolean): Pattern {
  return RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
}
