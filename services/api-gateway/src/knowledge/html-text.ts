import { Parser } from 'htmlparser2'
import { GatewayError } from '../errors.js'
import { canonicalLine, canonicalText } from './canonical-text.js'
import { type DocumentSection, maxTitleLength } from './document.js'
import { SectionList } from './section-list.js'

/** Deeper nesting is refused: the parser's time grows with depth times tags. */
const maxDepth = 500

const dropped = new Set(['script', 'style', 'noscript', 'template', 'svg', 'iframe', 'object', 'canvas'])
const paragraphs = new Set(
  'address article aside blockquote details dl fieldset figure footer form header hr main nav ol p pre section table ul'.split(
    ' ',
  ),
)
const lines = new Set(
  'br caption dd div dt figcaption legend li option summary tbody tfoot thead tr'.split(' '),
)

interface Block {
  /** 1 to 6 for a heading, 0 for text. */
  readonly level: number
  readonly text: string
}

export interface HtmlText {
  /** Of the element `title`; empty when there is none. */
  readonly title: string
  readonly text: string
  readonly sections: DocumentSection[]
}

/**
 * The readable text of an HTML page: entities decoded, block elements on lines of their own, scripts and styles dropped,
 * h1 to h6 as headings.
 * @throws GatewayError DOCUMENT_UNREADABLE when elements are nested deeper than 500, or there are more than 50,000 headings.
 */
export function htmlText(html: string): HtmlText {
  const { title, blocks } = readBlocks(html)
  let text = ''
  const sections = new SectionList()
  for (const { level, text: block } of blocks) {
    if (text !== '') text += '\n\n'
    const start = text.length
    text += block
    if (level > 0) sections.heading({ heading: block, level, start, bodyStart: text.length })
  }
  return { title, text, sections: sections.end(text.length) }
}

function readBlocks(html: string): { title: string; blocks: Block[] } {
  const blocks: Block[] = []
  let parts: string[] = []
  let title = ''
  let level = 0
  let depth = 0
  let droppedDepth = 0
  let titleDepth = 0
  let preDepth = 0

  const finishBlock = () => {
    const text = tidyLines(parts.join(''))
    const isHeading = level > 0 && text.length <= maxTitleLength
    if (text !== '') blocks.push(isHeading ? { level, text: text.replace(/\s+/g, ' ') } : { level: 0, text })
    parts = []
    level = 0
  }
  const parser = new Parser({
    onopentagname(name) {
      depth += 1
      if (depth > maxDepth) {
        throw new GatewayError('DOCUMENT_UNREADABLE', `Its elements are nested deeper than ${maxDepth}`, {
          field: 'file',
        })
      }
      if (name === 'title' && droppedDepth === 0 && title === '') titleDepth = depth
      else if (dropped.has(name)) droppedDepth += 1
      else if (droppedDepth === 0) {
        if (/^h[1-6]$/.test(name)) {
          finishBlock()
          level = Number(name[1])
        } else {
          if (name === 'pre') preDepth += 1
          parts.push(separator(name))
        }
      }
    },
    ontext(data) {
      if (titleDepth > 0) title += data
      else if (droppedDepth === 0) parts.push(preDepth > 0 ? data : data.replace(/\s+/g, ' '))
    },
    onclosetag(name) {
      if (titleDepth === depth) titleDepth = 0
      else if (dropped.has(name)) droppedDepth -= 1
      else if (droppedDepth === 0) {
        if (/^h[1-6]$/.test(name)) finishBlock()
        else {
          if (name === 'pre') preDepth -= 1
          // The closing of a list item or a row must not put an empty line before the next one.
          if (paragraphs.has(name)) parts.push('\n\n')
        }
      }
      depth -= 1
    },
  })
  parser.end(html)
  finishBlock()
  return { title: canonicalLine(title, maxTitleLength), blocks }
}

function separator(name: string): string {
  if (paragraphs.has(name)) return '\n\n'
  if (name === 'li') return '\n- '
  if (lines.has(name)) return '\n'
  return name === 'td' || name === 'th' ? '\t' : ''
}

function tidyLines(text: string): string {
  const out: string[] = []
  for (const line of canonicalText(text).split('\n')) {
    const trimmed = line.replace(/ {2,}/g, ' ').trim()
    if (trimmed !== '' || (out.length > 0 && out.at(-1) !== '')) out.push(trimmed === '-' ? '' : trimmed)
  }
  return out.join('\n').trim()
}
