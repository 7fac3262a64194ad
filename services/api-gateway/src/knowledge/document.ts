export type TextFormat = 'md' | 'txt' | 'html'
export type DocumentFormat = TextFormat | 'pdf'

/** What lies under one heading, up to the next heading of any level. Offsets as in `ReadDocument`. */
export interface DocumentSection {
  /** Plain text of the heading; empty for what comes before the first heading. */
  readonly heading: string
  /** 1 to 6; 0 for what comes before the first heading. */
  readonly level: number
  /** Where the body starts, behind the heading's own lines. */
  readonly start: number
  readonly end: number
}

export type MetadataValue = string | number | boolean

/** A document as it is stored. All offsets are UTF-16 code units into `text`. */
export interface ReadDocument {
  readonly format: DocumentFormat
  readonly title: string
  readonly sourceType?: string
  readonly metadata: Record<string, MetadataValue>
  /** Canonical text: LF line ends, Unicode NFC, no control characters but LF and tab. */
  readonly text: string
  readonly sections: readonly DocumentSection[]
}

/** What a PDF says; the title is empty where it has none of its own. */
export type PdfText = Pick<ReadDocument, 'title' | 'text' | 'sections'>

/** Longest title and heading, in UTF-16 code units; a longer heading is a paragraph in disguise and read as one. */
export const maxTitleLength = 500
