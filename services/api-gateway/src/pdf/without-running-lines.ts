import type { PdfLine } from './pdf-line.js'

const edgeLines = 2
/** Even and odd pages often differ: what is on two pages of five is on most pages of its kind. */
const leastShare = 0.4
const leastPages = 3

/**
 * Leaves out what the page repeats rather than says: page numbers, and headers and footers that stand among the first or
 * last two lines of most pages. A document of fewer than three pages is left as it is.
 */
export function withoutRunningLines(lines: readonly PdfLine[], pageCount: number): PdfLine[] {
  const edges = edgesOf(lines)
  const counts = new Map<string, number>()
  for (const key of edges.values()) counts.set(key, (counts.get(key) ?? 0) + 1)
  const least = Math.max(leastPages, pageCount * leastShare)
  return lines.filter(line => {
    const key = edges.get(line)
    return key === undefined || counts.get(key)! < least
  })
}

/** The lines at the top and bottom of each page, with what makes two of them the same. */
function edgesOf(lines: readonly PdfLine[]): Map<PdfLine, string> {
  const pages = new Map<number, PdfLine[]>()
  for (const line of lines) {
    const page = pages.get(line.page)
    if (page) page.push(line)
    else pages.set(line.page, [line])
  }
  const edges = new Map<PdfLine, string>()
  for (const page of pages.values()) {
    const sorted = page.toSorted((a, b) => b.y - a.y)
    for (const line of sorted.slice(0, edgeLines)) edges.set(line, `top ${keyOf(line)}`)
    for (const line of sorted.slice(edgeLines).slice(-edgeLines)) edges.set(line, `bottom ${keyOf(line)}`)
  }
  return edges
}

/** A page number stands alone or at either end of the line; a number within it is part of what it says. */
function keyOf({ text, size }: PdfLine): string {
  const unnumbered = /^(?:page |p\. ?)?\W{0,3}\d{1,5}(?: ?(?:\/|of) ?\d{1,5})?\W{0,3}$/i.test(text)
    ? '#'
    : text.replace(/^\d{1,5} | \d{1,5}$/g, '# ')
  return `${size.toFixed(1)} ${unnumbered}`
}
