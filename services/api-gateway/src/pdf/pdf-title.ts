import { canonicalLine } from '../knowledge/canonical-text.js'
import { maxTitleLength } from '../knowledge/document.js'

/** What programs write when nobody gave a title. */
const leftover =
  /^(?:untitled|document|title|no ?title|slide|presentation|powerpoint presentation|microsoft (?:word|powerpoint|excel)\b.*|layout|print|scan(?:ned)?|page)[ \d]*$/i
const fileName = /\.(?:docx?|pdf|indd|qxd|pptx?|xlsx?|rtf|tex|dvi|odt|txt|html?|ps|eps|p65|fm|wpd|md)$/i

/** The title of a document's own metadata, or nothing when it is a file's name or a program's leftover. */
export function pdfTitle(given: unknown): string {
  if (typeof given !== 'string') return ''
  const title = canonicalLine(given, maxTitleLength)
  const says = /\p{L}.*\p{L}/u.test(title) && !leftover.test(title) && !fileName.test(title)
  return says ? title : ''
}
