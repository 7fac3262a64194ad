/** Of a terminal. */
export const columns = 100

/** Lines of at most 100 columns, each behind `indent` spaces. */
export function wrap(text: string, indent: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line && indent + line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  lines.push(line)
  return lines.map(one => ' '.repeat(indent) + one).join('\n')
}

export function oneLine(text: string, most: number): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim()
  return flat.length <= most ? flat : `${flat.slice(0, most - 1)}…`
}

export function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ['GB', 2 ** 30],
    ['MB', 2 ** 20],
    ['kB', 2 ** 10],
  ] as const)
    if (bytes >= size) return `${formatNumber(bytes / size)} ${unit}`
  return `${Math.round(bytes)} B`
}

/** '12.3 ms', '4.5 s', '20 min', '3.1 h', '12 days' */
export function formatDuration(ms: number): string {
  for (const [unit, size] of [
    ['days', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const)
    if (ms >= size * 1.5) return `${formatNumber(ms / size)} ${unit}`
  return `${formatNumber(ms)} ms`
}

/** Three digits that count. */
export function formatNumber(value: number): string {
  if (value === 0) return '0'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}

/** Columns that line up; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map(row => row.map(cell => (typeof cell === 'number' ? formatNumber(cell) : cell)))
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map(row => row[column]!.length)))
  const isNumber = head.map((_, column) => rows.every(row => typeof row[column] === 'number'))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd()
  return [line(head), ...cells.map(line)].join('\n')
}
