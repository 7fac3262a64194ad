import { goalText, short } from '../cache/report.js'
import { type BenchReport, isGood, type ReportedFigure, type SuiteResult } from './bench-report.js'

/** A report as a page in Markdown, figure by figure. */
export function reportPage(report: BenchReport): string {
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`)
  const failures = report.suites.filter(({ failure }) => failure !== undefined)
  return [
    '# What the benches have measured',
    `${provenance(report)} In this order: ${report.suites.map(({ name, seconds }) => `${name} (${seconds} s)`).join(', ')}.`,
    `Versions: ${versions.join(', ')}.`,
    ...failures.map(({ name, failure }) => `**${name}** ended with an error: ${failure}`),
    ...report.suites.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(suitePart),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n')
}

/** Every figure with a goal or peers, as a table in Markdown under what says where it comes from and what is missing. */
export function goalTable(report: BenchReport): string {
  const figures = report.suites
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, rows }) =>
      Object.entries(rows).flatMap(([row, of]) =>
        of
          .filter(({ goal, peers }) => goal ?? peers)
          .map(figure => [title(name, row), ...cells(figure), peersOf(figure)]),
      ),
    )
  const broken = report.suites.filter(
    ({ failure, rows }) => failure !== undefined && isGood({ suites: [{ name: '', seconds: 0, rows }] }),
  )
  const missing = broken.map(({ name, failure }) => `**${name}** did not end well: ${failure}.`)
  return [
    [provenance(report), ...missing].join(' '),
    '',
    ...table(['Suite', 'Figure', 'Goal', 'Measured', 'Others'], figures),
  ].join('\n')
}

function suitePart({ name, rows }: SuiteResult): string {
  const parts = Object.entries(rows).map(([row, figures]) =>
    [
      ...(row === name ? [] : [`### ${row}\n`]),
      ...table(['Figure', 'Goal', 'Measured'], figures.map(cells)),
    ].join('\n'),
  )
  return [`## ${name}`, ...(parts.length > 0 ? parts : ['No figures.'])].join('\n\n')
}

function provenance({ machine, commit, changed, quick, busy, load, suites }: BenchReport): string {
  const doubts = [
    ...(quick ? ['by `--quick`'] : []),
    ...(busy ? [`while the machine had other work (load ${load.toFixed(1)} at the start)`] : []),
  ]
  return (
    `${machine}; commit ${commit.slice(0, 12)}${changed ? ' with changes' : ''}.${earlierOnes(suites)}` +
    (doubts.length > 0 ? ` **Measured ${doubts.join(', ')}: for a look, not for figures to quote.**` : '')
  )
}

function earlierOnes(suites: readonly SuiteResult[]): string {
  const namesOf = new Map<string, string[]>()
  for (const { name, earlier } of suites) {
    if (!earlier) continue
    const when = `${earlier.at.slice(0, 10)}, commit ${earlier.commit.slice(0, 12)}`
    namesOf.set(when, [...(namesOf.get(when) ?? []), name])
  }
  return [...namesOf].map(([when, names]) => ` Of ${when}: ${names.toSorted().join(', ')}.`).join('')
}

function cells({ name, unit, value, quartiles, goal, verdict }: ReportedFigure): string[] {
  const spread = quartiles ? ` (${quartiles.map(text).join(' to ')})` : ''
  const isRatio = unit.startsWith('of ')
  const measured = `${text(value)}${isRatio || unit === '' ? '' : ` ${unit}`}${spread}`
  return [
    isRatio ? `${name}, ${unit}` : name,
    goal ? goalText(goal) : '',
    verdict === 'missed' ? `**missed**: ${measured}` : measured,
  ]
}

function peersOf({ peers = {} }: ReportedFigure): string {
  return Object.entries(peers)
    .map(([name, value]) => `${name} ${text(value)}`)
    .join(', ')
}

/** What is no number has become null on its way through JSON. */
function text(number: number | null): string {
  return number === null || Number.isNaN(number) ? 'none' : short(number)
}

const title = (suite: string, row: string) => (suite === row ? suite : `${suite}, ${row}`)

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (of: readonly string[]) => `| ${of.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
