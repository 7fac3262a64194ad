import { mostUsed } from './most-used.js'
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
  const pagesOf = new Map<string, Set<number>>()
  for (const [{ page }, key] of edges) {
    const pages = pagesOf.get(key)
    if (pages) pages.add(page)
    else pagesOf.set(key, new Set([page]))
  }
  const least = Math.max(leastPages, pageCount * leastShare)
  return lines.filter(line => {
    const key = edges.get(line)
    return key === undefined || pagesOf.get(key)!.size < least
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
  const bodySize =
    mostUsed(
      lines,
      ({ size }) => size.toFixed(1),
      ({ text }) => text.length,
    )?.size ?? 0
  const edges = new Map<PdfLine, string>()
  for (const page of pages.values()) {
    const sorted = page.toSorted((a, b) => b.y - a.y)
    for (const line of sorted.slice(0, edgeLines)) edges.set(line, `top ${keyOf(line, bodySize)}`)
    for (const line of sorted.slice(edgeLines).slice(-edgeLines))
      edges.set(line, `bottom ${keyOf(line, bodySize)}`)
  }
  return edges
}

/**
 * A page number stands alone or at either end of the line; a number within it is part of what it says, and so is one in
 * large print: 'Question 3'.
 */
function keyOf({ text, size }: PdfLine, bodySize: number): string {
  const isNumber = /^(?:page |p\. ?)?\W{0,3}\d{1,5}(?: ?(?:\/|of) ?\d{1,5})?\W{0,3}$/i.test(text)
  const unnumbered = isNumber
    ? '#'
    : size > bodySize * 1.05
      ? text
      : text.replace(/^\d{1,5} | \d{1,5}$/g, '# ')
  return `${size.toFixed(1)} ${unnumbered}`
}
