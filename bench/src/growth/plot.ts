export interface Line {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

export interface Panel {
  readonly title: string
  readonly xTitle: string
  readonly yTitle: string
  readonly lines: readonly Line[]
}

const [width, height, left, right, top, bottom] = [432, 300, 56, 126, 34, 44]
const colours = ['#0b7285', '#c2255c', '#5f3dc4', '#e8590c']

/** Panels beside each other with logarithmic axes, as an SVG that needs nothing else. */
export function plot(panels: readonly Panel[]): string {
  const all = panels.map((panel, at) => `<g transform="translate(${at * width} 0)">${drawn(panel)}</g>`)
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${panels.length * width} ${height}" ` +
    `font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>\n${all.join('\n')}\n</svg>\n`
  )
}

function drawn({ title, xTitle, yTitle, lines }: Panel): string {
  const points = lines.flatMap(line => line.points)
  const x = axis(
    points.map(point => point.x),
    left,
    width - right,
  )
  const y = axis(
    points.map(point => point.y),
    height - bottom,
    top,
  )
  const parts = [
    text(left, 16, title, 'font-weight="bold"'),
    text((left + width - right) / 2, height - 8, xTitle, 'text-anchor="middle"'),
    `<g transform="translate(12 ${(top + height - bottom) / 2}) rotate(-90)">${text(0, 0, yTitle, 'text-anchor="middle"')}</g>`,
  ]
  for (const tick of x.ticks)
    parts.push(
      rule(x.at(tick), top, x.at(tick), height - bottom),
      text(x.at(tick), height - bottom + 14, label(tick), 'text-anchor="middle"'),
    )
  for (const tick of y.ticks)
    parts.push(
      rule(left, y.at(tick), width - right, y.at(tick)),
      text(left - 4, y.at(tick) + 4, label(tick), 'text-anchor="end"'),
    )
  const ends = apart(lines.map(line => y.at(line.points.at(-1)!.y)))
  for (const [at, line] of lines.entries()) {
    const colour = colours[at % colours.length]!
    const places = line.points.map(point => `${x.at(point.x).toFixed(1)},${y.at(point.y).toFixed(1)}`)
    parts.push(
      `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...places.map(
        place => `<circle cx="${place.split(',')[0]}" cy="${place.split(',')[1]}" r="3" fill="${colour}"/>`,
      ),
      text(width - right + 8, ends[at]! + 4, line.name, `fill="${colour}"`),
    )
  }
  return parts.join('\n')
}

/** Whole powers of ten around the values. */
function axis(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)),
    at: (value: number) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
  }
}

/** Moves labels down until none hides another. */
function apart(places: readonly number[]): number[] {
  const moved = [...places]
  const order = places.map((_, at) => at).sort((a, b) => places[a]! - places[b]!)
  for (const [rank, at] of order.entries())
    if (rank > 0) moved[at] = Math.max(moved[at]!, moved[order[rank - 1]!]! + 13)
  return moved
}

function label(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`
  return value >= 1000 ? `${value / 1000} k` : String(Number(value.toPrecision(1)))
}

const rule = (x1: number, y1: number, x2: number, y2: number) =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#ddd"/>`

const text = (x: number, y: number, content: string, more: string) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${content}</text>`
