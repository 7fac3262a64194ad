import type { DocumentFormat, DocumentSection, ReadDocument } from '../../knowledge/document.js'
import type { DocumentDetail } from './documents-port.js'

/**
 * A stored document as it was when it was read: chunks never cross a heading, so the sections show in them. Between
 * the chunks of one section there is nothing but white space.
 */
export function storedDocument(stored: DocumentDetail): ReadDocument {
  const { title, sourceType, metadata, text } = stored
  return {
    format: stored.fileType as DocumentFormat,
    title,
    sourceType,
    metadata,
    text,
    sections: sectionsOf(stored),
  }
}

function sectionsOf({ text, chunks }: DocumentDetail): DocumentSection[] {
  const sections: DocumentSection[] = []
  for (const { heading, start, end } of chunks) {
    const last = sections.at(-1)
    if (last && last.heading === heading && text.slice(last.end, start).trim() === '')
      sections[sections.length - 1] = { ...last, end }
    else sections.push({ heading, level: heading === '' ? 0 : 1, start, end })
  }
  return sections
}
