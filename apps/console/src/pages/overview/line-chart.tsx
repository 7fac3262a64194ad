import type { OverviewPanel, OverviewSample } from '@voiceassist/api-contract'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { chartOptions } from './chart-options.js'

export interface LineChartProps {
  readonly panel: OverviewPanel
  readonly panelAt: number
  readonly samples: readonly OverviewSample[]
}

/** For the eye only: what it shows stands beside it in words. */
export function LineChart({ panel, panelAt, samples }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const data = useRef<uPlot.AlignedData>([[]])
  data.current = [
    samples.map(({ at }) => Date.parse(at) / 1000),
    ...panel.series.map((_label, at) => samples.map(({ values }) => values[panelAt]?.[at] ?? null)),
  ]

  useEffect(() => {
    const element = box.current!
    const { colourOf, forget } = colours(element)
    const made = new uPlot(chartOptions(panel, colourOf, element.clientWidth), data.current, element)
    chart.current = made
    const fit = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: made.height }))
    fit.observe(element)
    const repaint = () => {
      forget()
      made.redraw()
    }
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', repaint)
    addEventListener('themechange', repaint)
    return () => {
      fit.disconnect()
      dark.removeEventListener('change', repaint)
      removeEventListener('themechange', repaint)
      made.destroy()
    }
  }, [JSON.stringify(panel)])

  useEffect(() => chart.current?.setData(data.current), [samples])
  return <div class="chart" ref={box} aria-hidden="true" />
}

/** A canvas knows no `light-dark()`: a hidden element says what it comes to. */
function colours(element: HTMLElement) {
  const known = new Map<string, string>()
  const probe = element.appendChild(document.createElement('span'))
  probe.hidden = true
  return {
    colourOf(name: string) {
      const kept = known.get(name)
      if (kept) return kept
      probe.style.color = `var(${name})`
      const { color } = getComputedStyle(probe)
      known.set(name, color)
      return color
    },
    forget: () => known.clear(),
  }
}
