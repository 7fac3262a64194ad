import { maxTitleLength } from '../knowledge/document.js'
import { mostUsed } from './most-used.js'
import type { PdfLine } from './pdf-line.js'

/** A heading has at most these many lines. */
const maxHeadingLines = 3
const maxHeadingLength = 200
/** A line of a table of contents: it repeats a heading. */
const dotLeader = /(?:\. ?){4}/
/** So much larger than the body is a heading. */
const leastRatio = 1.15

export interface PdfLayout {
  /** The distance of two lines of a paragraph, in points. */
  readonly leading: number
  /** The level, 1 to 6, by the index of each line that is a heading or part of one. */
  readonly levels: ReadonlyMap<number, number>
}

/**
 * Which lines are headings, by their look: larger than the body, or, where they stand apart, in another font of the body's
 * size. The larger, the higher.
 */
export function pdfLayout(lines: readonly PdfLine[]): PdfLayout {
  const body = mostUsed(
    lines,
    line => `${line.size.toFixed(1)} ${line.font}`,
    line => line.text.length,
  )
  if (!body) return { leading: 0, levels: new Map() }
  const leading = leadingOf(lines, body.size)
  const sizeOf = (line: PdfLine) => Math.round(line.size * 2) / 2
  const large = new Set<number>()
  const apart = new Set<number>()
  for (const [index, line] of lines.entries()) {
    if (!isHeadingText(line.text)) continue
    if (line.size >= body.size * leastRatio) large.add(index)
    else if (isApart(lines, index, body, leading)) apart.add(index)
  }
  dropParagraphs(lines, large)
  const sizes = [...new Set([...large].map(index => sizeOf(lines[index]!)))].sort((a, b) => b - a)
  const levels = new Map<number, number>()
  for (const index of large) levels.set(index, Math.min(6, sizes.indexOf(sizeOf(lines[index]!)) + 1))
  for (const index of apart) levels.set(index, Math.min(6, sizes.length + 1))
  return { leading, levels: new Map([...levels].sort(([a], [b]) => a - b)) }
}

function isHeadingText(text: string): boolean {
  const isLine = text.length <= Math.min(maxHeadingLength, maxTitleLength) && /\p{L}.*\p{L}/u.test(text)
  return isLine && !dotLeader.test(text)
}

function isApart(lines: readonly PdfLine[], index: number, body: PdfLine, leading: number): boolean {
  const line = lines[index]!
  const before = lines[index - 1]
  const after = lines[index + 1]
  return (
    line.font !== body.font &&
    Math.abs(line.size - body.size) <= body.size * 0.05 &&
    line.text.length <= 100 &&
    /^[\p{Lu}\d]/u.test(line.text) &&
    !/[.,;:]$/.test(line.text) &&
    after?.page === line.page &&
    after.font === body.font &&
    (before?.page !== line.page || before.y - line.y > leading * 1.2 || before.y < line.y)
  )
}

/** Large print of more lines than a heading has is a text of its own. */
function dropParagraphs(lines: readonly PdfLine[], large: Set<number>): void {
  let run: number[] = []
  const close = () => {
    if (run.length > maxHeadingLines) for (const index of run) large.delete(index)
    run = []
  }
  for (const index of large) {
    const last = run.at(-1)
    if (last !== undefined && (index !== last + 1 || !continuesHeading(lines[last]!, lines[index]!))) close()
    run.push(index)
  }
  close()
}

/** Whether a line goes on with the heading that the line before it began. */
export function continuesHeading(before: PdfLine, line: PdfLine): boolean {
  const down = before.y - line.y
  return (
    before.page === line.page &&
    before.font === line.font &&
    Math.abs(before.size - line.size) < 0.25 &&
    down > 0 &&
    down <= line.size * 1.8
  )
}

function leadingOf(lines: readonly PdfLine[], bodySize: number): number {
  const steps: number[] = []
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1]
    const down = before?.page === line.page ? before.y - line.y : 0
    if (down > 0 && down < bodySize * 4 && Math.abs(line.size - bodySize) < 0.25) steps.push(down)
  }
  const step = mostUsed(
    steps,
    down => down.toFixed(0),
    () => 1,
  )
  return step ?? bodySize * 1.2
}
