import type { RunEvent } from '../run.js'
import { escaped } from './escaped.js'

export interface Line {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Chart {
  readonly title: string
  readonly lines: readonly Line[]
  readonly logarithmic?: boolean
  /** Marks of the x axis. Absent: seconds. */
  readonly axis?: readonly (readonly [x: number, label: string])[]
}

const [width, height] = [760, 230]
const [left, right, top, bottom] = [56, 16, 14, 30]
/** Colours are told apart by the style sheet; further lines are dashed in the same ones. */
export const colours = 6

interface Scale {
  readonly ticks: readonly (readonly [value: number, label: string])[]
  place(value: number): number
}

/** One picture in SVG, with lines at the events; undefined: no line has a point. */
export function svgOf(chart: Chart, events: readonly RunEvent[]): string | undefined {
  const lines = chart.lines.filter(({ points }) => points.length > 0)
  if (lines.length === 0) return undefined
  const all = lines.flatMap(({ points }) => points)
  const x = xScale(chart, Math.max(...all.map(([at]) => at)))
  const y = chart.logarithmic
    ? logarithmic(all.map(([, value]) => value))
    : linear(all.map(([, value]) => value))
  const parts = [
    ...y.ticks.map(([value, label]) => {
      const at = short(y.place(value))
      return `<line class="grid" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/><text x="${left - 6}" y="${at}" text-anchor="end" dominant-baseline="middle">${label}</text>`
    }),
    ...x.ticks.map(([value, label]) => {
      const at = x.place(value)
      const anchor = at > width - 2 * right ? 'end' : 'middle'
      return `<text x="${short(at)}" y="${height - 8}" text-anchor="${anchor}">${label}</text>`
    }),
    ...(chart.axis ? [] : events).map(({ atSeconds, label }, number) => {
      const at = short(x.place(atSeconds))
      return `<line class="event" x1="${at}" x2="${at}" y1="${top}" y2="${height - bottom}"><title>${escaped(label)}</title></line><text class="event" x="${at}" y="${top + 4}" dx="3">${number + 1}</text>`
    }),
    ...lines.map(({ points }, number) => {
      const path = points.map(([at, value]) => `${short(x.place(at))},${short(y.place(value))}`).join(' ')
      return `<polyline class="line c${number % colours}${number < colours ? '' : ' more'}" points="${path}"/>`
    }),
  ]
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(chart.title)}">${parts.join('')}</svg>`
}

function xScale({ axis }: Chart, most: number): Scale {
  const span = width - left - right
  const end = axis ? Math.max(...axis.map(([value]) => value)) : most || 1
  const place = (value: number) => left + (Math.min(value, end) / end) * span
  if (axis) return { ticks: axis, place }
  const step = niceStep(end / 8)
  const ticks = Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => at * step)
  return { ticks: ticks.map(value => [value, seconds(value)] as const), place }
}

function linear(values: readonly number[]): Scale {
  const most = Math.max(...values, 0) || 1
  const step = niceStep(most / 4)
  const end = Math.ceil(most / step) * step
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, at) => at * step)
  return {
    ticks: ticks.map(value => [value, value.toLocaleString('en', { maximumFractionDigits: 2 })] as const),
    place: value => height - bottom - (Math.max(0, value) / end) * (height - top - bottom),
  }
}

function logarithmic(values: readonly number[]): Scale {
  const positive = values.filter(value => value > 0)
  const low = Math.floor(Math.log10(Math.min(...positive, 1)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive, 1))))
  const ticks = Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at))
  return {
    ticks: ticks.map(value => [value, value.toLocaleString('en')] as const),
    place(value) {
      const share = (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)
      return height - bottom - share * (height - top - bottom)
    },
  }
}

/** 1, 2 or 5 times a power of ten, at least as large. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return (([1, 2, 5, 10] as const).find(each => each * power >= rough) ?? 10) * power
}

function seconds(value: number): string {
  return `${value.toLocaleString('en', { maximumFractionDigits: 1 })} s`
}

function short(value: number): string {
  return value.toFixed(1)
}
