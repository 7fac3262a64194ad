import type { Citation } from '../db/schema.js'
import { CitationFilter } from './citation-filter.js'

/**
 * Whether a filtered text cites its citations and nothing else: reading it again changes nothing. What is taken out of
 * '[9[99]9]' would otherwise leave '[99]'.
 */
export function isSettled(
  content: string,
  citations: readonly Citation[],
  given: readonly Citation[],
): boolean {
  // Those that are not cited lend their addresses; a mark that reaches one makes a citation too many.
  const others = given.filter(passage => !citations.includes(passage))
  const again = new CitationFilter([...citations, ...others])
  const same = again.push(content) + again.end() === content
  return same && again.citations.length === citations.length && !again.isWithinCode
}
