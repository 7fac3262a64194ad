import type { OverviewPanel, OverviewSample } from '@voiceassist/api-contract'
import { useId } from 'preact/hooks'
import { base } from '../../base.js'
import { seriesColour } from './chart-options.js'
import { LineChart } from './line-chart.js'
import {
  formatUnit,
  lowIsBad,
  type SeriesSummary,
  standingOf,
  standingWords,
  summaries,
  worstFirst,
} from './panel-values.js'

export interface PanelCardProps {
  readonly panel: OverviewPanel
  readonly panelAt: number
  readonly samples: readonly OverviewSample[]
}

/** One figure over time: its latest in large, the chart, and every series in words. */
export function PanelCard({ panel, panelAt, samples }: PanelCardProps) {
  const heading = useId()
  const rows = worstFirst(panel, summaries(panel, panelAt, samples))
  const worst = rows[0]
  const standing = standingOf(panel, worst?.latest ?? null)
  return (
    <article class="card panel" aria-labelledby={heading}>
      <div class="panel-head">
        <h2 id={heading}>{panel.title}</h2>
        {panel.href && (
          <a href={base + panel.href}>
            Look closer<span class="hidden"> at {panel.title}</span>
          </a>
        )}
      </div>
      <p class="panel-figure">
        <strong class={standing}>{formatUnit(panel.unit, worst?.latest ?? null)}</strong>
        {worst && panel.series.length > 1 && <span class="muted of">{worst.label}</span>}
        {standing !== 'none' && <span class={`badge ${standing}`}>{standingWords[standing]}</span>}
      </p>
      <LineChart panel={panel} panelAt={panelAt} samples={samples} />
      <SeriesTable panel={panel} rows={rows} />
      <p class="muted panel-limits">{limitsOf(panel)}</p>
    </article>
  )
}

const endpoints = 'slowestEndpoints'

function queriesOf(endpoint: string): string {
  return `${base}/queries/top?${new URLSearchParams({ route: endpoint })}`
}

/** The chart in words, and its legend. Scrolls: its height does not follow what is observed. */
function SeriesTable({
  panel,
  rows,
}: {
  readonly panel: OverviewPanel
  readonly rows: readonly SeriesSummary[]
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="panel-series" aria-label={`${panel.title}, in figures`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">Series</span>
            </th>
            <th scope="col">last</th>
            <th scope="col">least</th>
            <th scope="col">most</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, label, latest, min, max }) => (
            <tr key={label}>
              <th scope="row">
                <span class="swatch" style={{ background: `var(${seriesColour(at)})` }} />
                {panel.id === endpoints ? <a href={queriesOf(label)}>{label}</a> : label}
              </th>
              <td>{formatUnit(panel.unit, latest)}</td>
              <td>{formatUnit(panel.unit, min)}</td>
              <td>{formatUnit(panel.unit, max)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="muted">Nothing was observed yet.</p>}
    </section>
  )
}

function limitsOf(panel: OverviewPanel): string {
  const { warnAt, badAt, unit } = panel
  const from = lowIsBad(panel) ? 'below' : 'from'
  return [
    warnAt !== undefined && `watch ${from} ${formatUnit(unit, warnAt)}`,
    badAt !== undefined && `bad ${from} ${formatUnit(unit, badAt)}`,
  ]
    .filter(Boolean)
    .join(' · ')
}
