import { canonicalLine } from './canonical-text.js'
import { type DocumentSection, maxTitleLength } from './document.js'

interface Heading {
  readonly text: string
  readonly level: number
  /** Offset of its first character, and the one behind its last line. */
  readonly start: number
  readonly end: number
}

/**
 * The sections of a Markdown text by its ATX ('## Heading') and setext (underlined) headings, code fences excepted,
 * after CommonMark 0.31 but for one thing: a setext heading is a single line, so that a rule under a paragraph does
 * not turn the paragraph into a heading.
 */
export function markdownSections(text: string): DocumentSection[] {
  const sections: DocumentSection[] = []
  let current = { heading: '', level: 0, start: 0 }
  for (const heading of markdownHeadings(text)) {
    sections.push({ ...current, end: heading.start })
    current = { heading: heading.text, level: heading.level, start: heading.end }
  }
  sections.push({ ...current, end: text.length })
  return sections.filter(section => section.level > 0 || section.end > section.start)
}

function* markdownHeadings(text: string): Generator<Heading> {
  let fence = ''
  // The start of the one line of paragraph above; -1 when the line above cannot become a heading.
  let paragraph = -1
  let paragraphLines = 0
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const lineEnd = newline < 0 ? text.length : newline
    const next = newline < 0 ? text.length : newline + 1
    // A line may be the whole file; one that is too long for a heading is only looked at, never matched to its end.
    const line = text.slice(start, Math.min(lineEnd, start + maxTitleLength))
    const isShort = lineEnd - start <= maxTitleLength
    const marker = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    const atx = /^ {0,3}(#{1,6})(?=[ \t]|$)/.exec(line)
    const above = paragraphLines === 1 ? paragraph : -1
    const isText = isParagraphText(line)
    if (fence !== '') {
      if (marker && closesFence(line, marker, fence)) fence = ''
    } else if (marker && opensFence(line, marker)) {
      fence = marker
      paragraphLines = 0
    } else if (atx && isShort) {
      const level = atx[1]!.length
      yield {
        text: headingText(line.slice(atx[0].length).replace(/[ \t]#+[ \t]*$/, '')),
        level,
        start,
        end: next,
      }
      paragraphLines = 0
    } else if (above >= 0 && /^ {0,3}(?:=+|-+)[ \t]*$/.test(line)) {
      yield {
        text: headingText(text.slice(above, start)),
        level: line.includes('=') ? 1 : 2,
        start: above,
        end: next,
      }
      paragraphLines = 0
    } else if (isText) {
      if (paragraphLines === 0) paragraph = start
      paragraphLines += isShort ? 1 : 2
    } else {
      // What continues a list item, a quotation or a table is not a paragraph of its own until a blank line.
      paragraphLines = line.trim() === '' ? 0 : Number.NaN
    }
    start = next
  }
}

function isParagraphText(line: string): boolean {
  return line.trim() !== '' && !/^(?: {4}|\t| {0,3}(?:[>|]|[-+*][ \t]|\d{1,9}[.)][ \t]|<))/.test(line)
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
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replace(/(\*\*|__|`+|\*)(?=\S)(.+?)(?<=\S)\1/g, '$2')
    .replace(/\\([\\`*_{}[\]()#+\-.!<>|~])/g, '$1')
  return plain.replace(/\s+/g, ' ').trim()
}
