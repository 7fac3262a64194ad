import { canonicalText } from '../knowledge/canonical-text.js'
import type { PdfLine, PdfRun } from './pdf-line.js'

/** The lines of a page, in the order in which the file draws them: the order of columns that its maker meant. */
export function pageLines(runs: readonly PdfRun[], page: number): PdfLine[] {
  const lines: PdfLine[] = []
  let open: PdfRun[] = []
  const close = () => {
    const text = canonicalText(open.map(run => run.text).join(''))
      .replace(/\s+/g, ' ')
      .trim()
    if (text !== '') lines.push({ text, page, ...mostly(open) })
    open = []
  }
  for (const run of runs) {
    const last = open.at(-1)
    if (last && run.text !== '' && Math.abs(run.y - last.y) >= Math.max(run.size, last.size, 1)) close()
    if (run.text !== '') open.push(run)
    if (run.endsLine) close()
  }
  close()
  return lines
}

/** The look that most of a line's characters have: a footnote's mark or an emphasised word does not change it. */
function mostly(runs: readonly PdfRun[]): Pick<PdfLine, 'y' | 'size' | 'font'> {
  const weights = new Map<string, { weight: number; run: PdfRun }>()
  let best = { weight: -1, run: runs[0]! }
  for (const run of runs) {
    const look = `${run.font} ${run.size}`
    const entry = weights.get(look) ?? { weight: 0, run }
    entry.weight += run.text.trim().length
    weights.set(look, entry)
    if (entry.weight > best.weight) best = entry
  }
  const { y, size, font } = best.run
  return { y, size, font }
}
