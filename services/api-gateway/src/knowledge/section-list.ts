import { GatewayError } from '../errors.js'
import type { DocumentSection } from './document.js'

/** More headings than a book of ten thousand pages has; what holds more is not a document to read. */
const maxSections = 50_000

/** Collects the sections of a document while its headings are found, in order. */
export class SectionList {
  readonly #sections: DocumentSection[] = []
  #open = { heading: '', level: 0, start: 0 }

  /**
   * Ends the section before at `start`, the heading's own beginning, and opens one whose body begins at `bodyStart`.
   * @throws GatewayError DOCUMENT_UNREADABLE when there are more than 50,000.
   */
  heading({ heading, level, start, bodyStart }: Omit<DocumentSection, 'end'> & { bodyStart: number }): void {
    if (this.#sections.length === maxSections) {
      throw new GatewayError('DOCUMENT_UNREADABLE', `The file has more than ${maxSections} headings`, {
        field: 'file',
      })
    }
    this.#sections.push({ ...this.#open, end: start })
    this.#open = { heading, level, start: bodyStart }
  }

  /** All sections; the one before the first heading only if it is not empty. */
  end(textLength: number): DocumentSection[] {
    const all = [...this.#sections, { ...this.#open, end: textLength }]
    return all.filter(({ level, start, end }) => level > 0 || end > start)
  }
}
