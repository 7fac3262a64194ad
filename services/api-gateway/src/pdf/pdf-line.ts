/** A line of a page as it is printed. */
export interface PdfLine {
  readonly text: string
  /** Counted from 1. */
  readonly page: number
  /** Of the base line, upwards, in points. */
  readonly y: number
  /** Of the font that most of the line is in, in points. */
  readonly size: number
  /** Names the font that most of the line is in; means nothing beyond the document. */
  readonly font: string
}

/** A run of text in one font, as the PDF draws it. */
export interface PdfRun {
  readonly text: string
  readonly y: number
  readonly size: number
  readonly font: string
  readonly endsLine: boolean
}
