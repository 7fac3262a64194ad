import type { OverviewPanel } from '@voiceassist/api-contract'
import type uPlot from 'uplot'
import { formatUnit } from './panel-values.js'

export const chartHeight = 150
const seriesColours = 6
const font = '11px system-ui, "DejaVu Sans", sans-serif'

export function seriesColour(at: number): string {
  return `--series-${(at % seriesColours) + 1}`
}

/** `--name` as the browser shows it at this moment, for a canvas. */
export type ColourOf = (name: string) => string

/** Colours are asked for at each drawing, since the theme may have changed. */
export function chartOptions(panel: OverviewPanel, colourOf: ColourOf, width: number): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: () => colourOf('--muted'),
    font,
    grid: { stroke: () => colourOf('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width,
    height: chartHeight,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    scales: { y: { range: (_chart, _min, max) => [0, topOf(panel, max)] } },
    axes: [
      {
        ...axis,
        size: 24,
        space: 70,
        values: (_chart, splits, _axis, _space, step) => splits.map(at => clockTime(at, step)),
      },
      { ...axis, size: 58, values: (_chart, splits) => splits.map(value => formatUnit(panel.unit, value)) },
    ],
    series: [
      {},
      ...panel.series.map((label, at) => ({
        label,
        stroke: () => colourOf(seriesColour(at)),
        width: 2,
        // More series than colours: told apart by their dashes.
        ...(at >= seriesColours && { dash: [4 * Math.floor(at / seriesColours), 4] }),
        points: { size: 4 },
      })),
    ],
    hooks: { draw: [chart => drawThresholds(chart, panel, colourOf)] },
  }
}

function topOf({ unit }: OverviewPanel, max: number | null): number {
  // A line at the very top stays whole.
  if (unit === 'percent') return 104
  if (unit === 'ratio') return 1.04
  return max ? max * 1.15 : 1
}

function drawThresholds(chart: uPlot, { warnAt, badAt }: OverviewPanel, colourOf: ColourOf) {
  const { ctx, bbox, scales } = chart
  ctx.save()
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
  for (const [limit, name] of [
    [warnAt, '--warn'],
    [badAt, '--bad'],
  ] as const) {
    // A limit far above what is observed is said below the chart; it would flatten all lines.
    if (limit === undefined || limit > (scales.y?.max ?? 0)) continue
    const y = Math.round(chart.valToPos(limit, 'y', true)) + 0.5
    ctx.strokeStyle = colourOf(name)
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}

/** @param step seconds from one label to the next */
function clockTime(seconds: number, step: number): string {
  const digits = '2-digit'
  return new Date(seconds * 1000).toLocaleTimeString([], {
    hour: digits,
    minute: digits,
    ...(step < 60 && { second: digits }),
    hour12: false,
  })
}
