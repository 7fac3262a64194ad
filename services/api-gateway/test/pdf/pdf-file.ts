/** A line of text on a page: its place is in points from the lower left corner. */
export interface PrintedLine {
  readonly text: string
  readonly x?: number
  readonly y: number
  /** In points. Default 11. */
  readonly size?: number
  readonly bold?: boolean
}

export interface PdfFileOptions {
  /** Entries of the information dictionary, such as Title. */
  readonly info?: Readonly<Record<string, string>>
  /** What replaces a page's own content stream: its dictionary's extra entries and its bytes. */
  readonly stream?: { readonly entries: string; readonly bytes: Buffer }
  /** Changes the objects before they are written; the first is the catalog, the second the page tree. */
  readonly change?: (objects: Buffer[]) => void
}

/** A PDF 1.4 of pages, uncompressed, in Helvetica. */
export function pdfFile(pages: readonly (readonly PrintedLine[])[], options: PdfFileOptions = {}): Buffer {
  const firstPage = 6
  const pageNumbers = pages.map((_page, index) => firstPage + 2 * index)
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pageNumbers.map(number => `${number} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>',
    `<< ${Object.entries(options.info ?? {})
      .map(([name, value]) => `/${name} (${escaped(value)})`)
      .join(' ')} >>`,
    ...pages.flatMap((lines, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${firstPage + 2 * index + 1} 0 R
         /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>`,
      streamOf(options.stream ?? { entries: '', bytes: Buffer.from(printed(lines), 'latin1') }),
    ]),
  ].map(object => Buffer.from(object, 'latin1'))
  options.change?.(objects)
  return written(objects)
}

/** Lines of a paragraph from `top` downwards, 14 points apart. */
export function paragraph(top: number, ...texts: readonly string[]): PrintedLine[] {
  return texts.map((text, index) => ({ text, y: top - 14 * index }))
}

/** An object that holds a stream. */
export function streamOf({ entries, bytes }: { readonly entries: string; readonly bytes: Buffer }): string {
  return `<< /Length ${bytes.length} ${entries} >>\nstream\n${bytes.toString('latin1')}\nendstream`
}

function printed(lines: readonly PrintedLine[]): string {
  return lines
    .map(({ text, x = 72, y, size = 11, bold = false }) => {
      const font = bold ? 'F2' : 'F1'
      return `BT /${font} ${size} Tf 1 0 0 1 ${x} ${y} Tm (${escaped(text)}) Tj ET`
    })
    .join('\n')
}

function escaped(text: string): string {
  return text.replace(/[\\()]/g, '\\$&')
}

function written(objects: readonly Buffer[]): Buffer {
  const parts = [Buffer.from('%PDF-1.4\n')]
  let length = parts[0]!.length
  const offsets: number[] = []
  for (const [index, object] of objects.entries()) {
    offsets.push(length)
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')])
    length += part.length
    parts.push(part)
  }
  const entries = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}` +
        `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${length}\n%%EOF\n`,
    ),
  )
  return Buffer.concat(parts)
}
