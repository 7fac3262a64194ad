import { canonicalLine } from '../knowledge/canonical-text.js'
import { type DocumentSection, maxTitleLength } from '../knowledge/document.js'
import { SectionList } from '../knowledge/section-list.js'
import { continuesHeading, pdfLayout } from './pdf-headings.js'
import type { PdfLine } from './pdf-line.js'
import { hyphenatedWords, unhyphenated } from './unhyphenated.js'
import { withoutRunningLines } from './without-running-lines.js'

/** Lower than any heading: the page a passage is on must not become the document's title. */
const pageLevel = 2

/**
 * The text of a document's lines: paragraphs apart by an empty line, words put together again that a line end divided,
 * page numbers and running headers left out. Its sections are those of its headings; without any, its pages.
 * @throws GatewayError DOCUMENT_UNREADABLE when there are more than 50,000 headings.
 */
export function pdfText(
  all: readonly PdfLine[],
  pageCount: number,
): { readonly text: string; readonly sections: DocumentSection[] } {
  const lines = withoutRunningLines(all, pageCount)
  const { leading, levels } = pdfLayout(lines)
  const dividedWords = hyphenatedWords(lines.map(line => line.text))
  const sections = new SectionList()
  const hasPageSections = levels.size === 0 && pageCount > 1
  const parts: string[] = []
  let length = 0
  const add = (part: string) => {
    parts.push(part)
    length += part.length
  }
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!
    const before = lines[index - 1]
    const level = levels.get(index)
    if (level !== undefined) {
      let last = index
      while (levels.has(last + 1) && continuesHeading(lines[last]!, lines[last + 1]!)) last += 1
      const heading = headingOf(lines.slice(index, last + 1), dividedWords)
      if (before && !levels.has(index - 1)) add('\n\n')
      const start = length
      add(`${heading}\n\n`)
      sections.heading({ heading: canonicalLine(heading, maxTitleLength), level, start, bodyStart: length })
      index = last
    } else if (hasPageSections && line.page !== before?.page) {
      if (length > 0) add('\n\n')
      const heading = `Page ${line.page}`
      sections.heading({ heading, level: pageLevel, start: length, bodyStart: length })
      add(line.text)
    } else if (!before || levels.has(index - 1)) add(line.text)
    else if (opensParagraph(before, line, leading)) add(`\n\n${line.text}`)
    else {
      const above = parts.pop()!
      length -= above.length
      const [whole, rest] = unhyphenated(above, line.text, dividedWords)
      add(whole)
      if (rest !== '') add(`\n${rest}`)
    }
  }
  return { text: parts.join(''), sections: sections.end(length) }
}

function headingOf(lines: readonly PdfLine[], dividedWords: ReadonlySet<string>): string {
  return lines
    .map(line => line.text)
    .reduce((whole, part) => {
      const [first, rest] = unhyphenated(whole, part, dividedWords)
      return rest === '' ? first : `${first} ${rest}`
    })
}

function opensParagraph(before: PdfLine, line: PdfLine, leading: number): boolean {
  const down = before.y - line.y
  const endsSentence = /[.!?:][)"'\u2019\u201d\]\d]*$/.test(before.text)
  // At the top of a page or column the distance says nothing.
  if (before.page !== line.page || down < 0) return endsSentence
  return down > leading * 1.35 || Math.abs(before.size - line.size) > 0.5
}
