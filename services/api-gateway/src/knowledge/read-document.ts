import { basename, extname } from 'node:path'
import { GatewayError } from '../errors.js'
import { canonicalLine, canonicalText } from './canonical-text.js'
import { decodeBytes } from './decode-bytes.js'
import { detectFormat } from './detect-format.js'
import {
  type DocumentFormat,
  type DocumentSection,
  maxTitleLength,
  type PdfText,
  type ReadDocument,
  type TextFormat,
} from './document.js'
import { splitFrontMatter } from './front-matter.js'
import { htmlText } from './html-text.js'
import { markdownSections } from './markdown-sections.js'

export interface DocumentFile {
  readonly bytes: Uint8Array
  /** Names the format by its extension, and the document when nothing in it does. */
  readonly filename?: string
  /** Overrides what file name and content say. */
  readonly format?: TextFormat
  /** What a PDF holds; only a thread of its own can read that (`pdf/pdf-reader.ts`), so it is done before. */
  readonly pdf?: PdfText
}

/**
 * Reads a file into canonical text with its headings; takes time linear in its size.
 * The title is that of the front matter, of the element `title` or of a PDF's metadata, else the first heading of level 1, else the file
 * name, else the first line.
 * @throws GatewayError UNSUPPORTED_FORMAT when it is not text of a known format, DOCUMENT_UNREADABLE when it is broken
 *   or holds no text.
 */
export function readDocument(file: DocumentFile): ReadDocument {
  const { format, title, values, text, sections } = file.pdf
    ? { format: 'pdf' as const, values: {}, ...file.pdf }
    : readText(file)
  if (text.trim() === '')
    throw new GatewayError('DOCUMENT_UNREADABLE', 'The file holds no text', { field: 'file' })
  const { title: _title, source, ...metadata } = values
  const sourceType = source === undefined ? '' : canonicalLine(String(source), maxTitleLength)
  return {
    format,
    title: title || firstHeading(sections) || nameOf(file.filename) || firstLine(text),
    ...(sourceType === '' ? {} : { sourceType }),
    metadata,
    text,
    sections,
  }
}

type Read = Pick<ReadDocument, 'title' | 'text' | 'sections'> & { values: ReadDocument['metadata'] }

function readText(file: DocumentFile): Read & { format: DocumentFormat } {
  const decoded = decodeBytes(file.bytes)
  const format = file.format ?? detectFormat(decoded, file.filename)
  return { format, ...readers[format](decoded) }
}

const readers: Readonly<Record<TextFormat, (decoded: string) => Read>> = {
  md: decoded => {
    const { values, rest } = splitFrontMatter(canonicalText(decoded))
    const title = values.title === undefined ? '' : canonicalLine(String(values.title), maxTitleLength)
    return { title, values, text: rest, sections: markdownSections(rest) }
  },
  txt: decoded => {
    const text = canonicalText(decoded)
    return { title: '', values: {}, text, sections: [{ heading: '', level: 0, start: 0, end: text.length }] }
  },
  html: decoded => ({ values: {}, ...htmlText(decoded) }),
}

function firstHeading(sections: readonly DocumentSection[]): string {
  return sections.find(section => section.level === 1 && section.heading !== '')?.heading ?? ''
}

function nameOf(filename = ''): string {
  return canonicalLine(basename(filename, extname(filename)), maxTitleLength)
}

function firstLine(text: string): string {
  const start = text.search(/\S/)
  const end = text.indexOf('\n', start)
  return canonicalLine(text.slice(start, end < 0 ? undefined : end), maxTitleLength)
}
