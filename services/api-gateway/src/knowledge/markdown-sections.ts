import { canonicalLine } from './canonical-text.js'
import { type DocumentSection, maxTitleLength } from './document.js'
import { SectionList } from './section-list.js'

/**
 * The sections of a Markdown text by its ATX ('## Heading') and setext (underlined) headings, code fences excepted,
 * after CommonMark 0.31 but for one thing: a setext heading is a single line, so that a rule under a paragraph does
 * not turn the paragraph into a heading.
 * @throws GatewayError DOCUMENT_UNREADABLE when there are more than 50,000.
 */
export function markdownSections(text: string): DocumentSection[] {
  const sections = new SectionList()
  let fence = ''
  let paragraphStart = 0
  // Lines of the paragraph above; not a number where a list, a quotation or a table goes on until an empty line.
  let paragraphLines = 0
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const bodyStart = newline < 0 ? end : newline + 1
    // A line may be the whole file; one too long for a heading is only looked at, never matched to its end.
    const line = text.slice(start, Math.min(end, start + maxTitleLength))
    const isShort = end - start <= maxTitleLength
    const first = line.trimStart()[0] ?? ''
    const marker = first === '`' || first === '~' ? fenceMarker.exec(line)?.[1] : undefined
    const atx = first === '#' && isShort ? atxHeading.exec(line) : null
    if (fence !== '') {
      if (marker && closesFence(line, marker, fence)) fence = ''
    } else if (first === '') {
      paragraphLines = 0
    } else if (marker && opensFence(line, marker)) {
      fence = marker
      paragraphLines = 0
    } else if (atx) {
      const heading = headingText(atx[2] ?? '')
      sections.heading({ heading, level: atx[1]!.length, start, bodyStart })
      paragraphLines = 0
    } else if (paragraphLines === 1 && setextUnderline.test(line)) {
      const heading = headingText(text.slice(paragraphStart, start))
      sections.heading({ heading, level: first === '=' ? 1 : 2, start: paragraphStart, bodyStart })
      paragraphLines = 0
    } else if (isParagraphText(line)) {
      if (paragraphLines === 0) paragraphStart = start
      paragraphLines += isShort ? 1 : 2
    } else paragraphLines = Number.NaN
    start = bodyStart
  }
  return sections.end(text.length)
}

const fenceMarker = /^ {0,3}(`{3,}|~{3,})/
const atxHeading = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/
const setextUnderline = /^ {0,3}(?:=+|-+)[ \t]*$/

function isParagraphText(line: string): boolean {
  return !/^(?: {4}|\t| {0,3}(?:[>|]|[-+*][ \t]|\d{1,9}[.)][ \t]|<))/.test(line)
}

function opensFence(line: string, marker: string): boolean {
  return marker[0] === '~' || !line.slice(line.indexOf(marker) + marker.length).includes('`')
}

function closesFence(line: string, marker: string, fence: string): boolean {
  return marker[0] === fence[0] && marker.length >= fence.length && line.trim() === marker
}

/** A heading without its inline markup; only a short text comes here, so simple patterns stay cheap. */
function headingText(markup: string): string {
  const plain = canonicalLine(markup, maxTitleLength)
    .replace(/(?:^|[ \t])#+$/, '')
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replace(/(\*\*|__|`+|\*)(?=\S)(.+?)(?<=\S)\1/g, '$2')
    .replace(/\\([\\`*_{}[\]()#+\-.!<>|~])/g, '$1')
  return plain.replace(/\s+/g, ' ').trim()
}
