import type { Report } from './report.js'
import {
  actionsTable,
  countedTable,
  errorsTable,
  objectivesTable,
  phasesTable,
  runsTable,
  type Table,
} from './tables.js'

export function markdownOf(report: Report): string {
  const { scenario, at, machine, loadAverage, interrupted, runs } = report
  const parts = [
    `# Load: ${scenario}`,
    `${at}. ${machine}; ${loadAverage.toFixed(1)} programs wanted a processor at the end.`,
    ...(interrupted ? ['Ended before its time: what follows is of the part that ran.'] : []),
    markdown(objectivesTable(report)),
    markdown(runsTable(report)),
    markdown(countedTable(report)),
    ...runs.flatMap(result => [
      `## ${result.name}`,
      ...(result.events.length > 0
        ? [result.events.map(({ atSeconds, label }) => `- ${atSeconds.toFixed(1)} s: ${label}`).join('\n')]
        : []),
      ...[phasesTable, actionsTable, errorsTable].map(table => markdown(table(result))),
    ]),
  ]
  return `${parts.join('\n\n')}\n`
}

function markdown({ title, head, rows, note }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
  return `### ${title}\n\n${table}${note ? `\n\n${note}` : ''}`
}
