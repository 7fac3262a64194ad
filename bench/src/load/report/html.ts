import type { RunEvent, RunResult } from '../run.js'
import { type Chart, colours, svgOf } from './chart.js'
import { chartsOf, distributionChart } from './charts.js'
import { escaped } from './escaped.js'
import type { Report } from './report.js'
import { style } from './style.js'
import {
  actionsTable,
  countedTable,
  errorsTable,
  objectivesTable,
  phasesTable,
  runsTable,
  type Table,
} from './tables.js'

/** A chart's numbers, of so many of its points at most. */
const mostRows = 40

/** The whole report as one file that asks nobody for anything. */
export function htmlOf(report: Report): string {
  const { scenario, at, machine, loadAverage, interrupted, objectives, runs } = report
  const missed = objectives.filter(({ isMet }) => !isMet).length
  const verdict = interrupted
    ? 'Ended before its time: what follows is of the part that ran.'
    : missed === 0
      ? 'All objectives hold.'
      : `${missed} of ${objectives.length} objectives are missed.`
  const parts = [
    `<header><h1>Load: ${scenario}</h1><p class="verdict ${missed === 0 && !interrupted ? 'good' : 'bad'}">${verdict}</p>`,
    `<p>${escaped(at)}. ${escaped(machine)}; ${loadAverage.toFixed(1)} programs wanted a processor at the end.</p></header>`,
    html(objectivesTable(report), true),
    html(runsTable(report)),
    html(countedTable(report)),
    figure(distributionChart(runs), []),
    ...runs.map(result => ofRun(result, runs.length > 1)),
    `<section><h2>Settings</h2><dl>${settings(report)}</dl></section>`,
  ]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Load: ${scenario}</title><style>${style}</style></head>
<body><main>${parts.join('\n')}</main></body></html>
`
}

function ofRun(result: RunResult, isOneOfSeveral: boolean): string {
  const { name, events, ownLagMs } = result
  return [
    `<section class="run"><h2>${isOneOfSeveral ? escaped(name) : 'Details'}</h2>`,
    `<p class="note">The event loop of what sends lagged by ${ownLagMs.toFixed(1)} ms in the 99th percentile: smaller latencies say nothing.</p>`,
    events.length > 0
      ? `<ol class="events">${events.map(({ atSeconds, label }) => `<li>${atSeconds.toFixed(1)} s: ${escaped(label)}</li>`).join('')}</ol>`
      : '',
    html(phasesTable(result)),
    html(actionsTable(result)),
    html(errorsTable(result)),
    ...chartsOf(result).map(chart => figure(chart, events)),
    '</section>',
  ].join('\n')
}

function html({ title, head, rows, note }: Table, isVerdict = false): string {
  const cells = (tag: string, row: readonly string[]) =>
    row.map(cell => `<${tag}>${escaped(cell)}</${tag}>`).join('')
  const body = rows
    .map(row => `<tr${isVerdict ? ` class="${row[0]}"` : ''}>${cells('td', row)}</tr>`)
    .join('')
  return `<section><h3>${escaped(title)}</h3><div class="scroll"><table${isVerdict ? ' class="text"' : ''}><thead><tr>${cells('th', head)}</tr></thead><tbody>${body}</tbody></table></div>${note ? `<p class="note">${escaped(note)}</p>` : ''}</section>`
}

function figure(chart: Chart, events: readonly RunEvent[]): string {
  const picture = svgOf(chart, events)
  if (picture === undefined)
    return `<figure><figcaption>${escaped(chart.title)}</figcaption><p class="note">No gateway told.</p></figure>`
  const lines = chart.lines.filter(({ points }) => points.length > 0)
  const legend = lines
    .map(({ name }, at) => `<li><i class="c${at % colours}"></i>${escaped(name)}</li>`)
    .join('')
  return `<figure><figcaption>${escaped(chart.title)}</figcaption>${picture}<ul class="legend">${legend}</ul><details><summary>Numbers</summary>${numbers({ ...chart, lines })}</details></figure>`
}

function numbers({ lines, axis }: Chart): string {
  const all = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b)
  const every = Math.ceil(all.length / mostRows)
  const byLine = lines.map(({ points }) => new Map(points))
  const rows = all
    .filter((_, at) => at % every === 0)
    .map(x => [
      axis ? `${(100 * (1 - 10 ** -x)).toPrecision(4)} %` : `${x.toFixed(0)} s`,
      ...byLine.map(values => values.get(x)?.toLocaleString('en', { maximumFractionDigits: 2 }) ?? ''),
    ])
  return html({ title: '', head: [axis ? 'Share' : 'At', ...lines.map(({ name }) => name)], rows })
}

function settings({ options, versions }: Report): string {
  return Object.entries({ ...options, ...versions })
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(String(value))}</dd>`)
    .join('')
}
