import { say } from '../common/say.js'
import { type SetResult, timeOf, total, worstRegression } from './compare-sets.js'
import { type QueryName, queryNames } from './tpch/queries.js'

/** Those that take minutes without an index; the total without them is what the others gain or lose. */
const hopeless: readonly QueryName[] = ['Q17', 'Q20']
const others = queryNames.filter(name => !hopeless.includes(name))

export interface SetFigures {
  readonly name: string
  readonly indexes: number
  readonly megabytes: number
  /** Seconds of all queries; at most 60 of each that ran into the limit. */
  readonly totalSeconds: number
  /** Seconds of the 20 queries but Q17 and Q20. */
  readonly othersSeconds: number
  readonly worst: { readonly query: QueryName; readonly ratio: number }
  readonly insertSeconds: number
  readonly redundant: number
}

export function figuresOf(base: SetResult, set: SetResult): SetFigures {
  return {
    name: set.name,
    indexes: set.ddl.length,
    megabytes: set.bytes / 1e6,
    totalSeconds: total(set.times) / 1000,
    othersSeconds: total(set.times, others) / 1000,
    worst: worstRegression(base, set),
    insertSeconds: Math.min(...set.inserts) / 1000,
    redundant: set.redundant.length,
  }
}

export function saySets(results: readonly SetResult[]): SetFigures[] {
  const [base] = results
  if (!base) return []
  const figures = results.map(set => figuresOf(base, set))
  const [first] = figures
  const header = [
    'set',
    'indexes',
    'MB',
    'all',
    'but 17, 20',
    ...hopeless,
    'worst query',
    '200k lines',
    'redundant',
  ]
  sayTable([
    header,
    ...figures.map((figure, index) => [
      figure.name,
      String(figure.indexes),
      figure.megabytes.toFixed(0),
      `${figure.totalSeconds.toFixed(1)} s`,
      `${figure.othersSeconds.toFixed(1)} s (${percent(figure.othersSeconds / first!.othersSeconds)})`,
      ...hopeless.map(name => milliseconds(timeOf(results[index]!.times, name))),
      index === 0 ? '' : `${figure.worst.query} ${percent(figure.worst.ratio)}`,
      `${figure.insertSeconds.toFixed(2)} s`,
      String(figure.redundant),
    ]),
  ])
  say('\nBy query, ms, and how that compares with primary keys only:')
  sayTable([
    ['', ...results.map(({ name }) => name)],
    ...queryNames.map(name => [
      name,
      ...results.map((set, index) => {
        const [before, after] = [timeOf(base.times, name), timeOf(set.times, name)]
        const compared = index > 0 && before !== null && after !== null ? ` ${percent(after / before)}` : ''
        return `${milliseconds(after)}${compared}`
      }),
    ]),
  ])
  for (const { name, ddl } of results) if (ddl.length > 0) say(`\n${name}:\n  ${ddl.join('\n  ')}`)
  return figures
}

export function sayTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  for (const row of rows)
    say(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
}

const milliseconds = (ms: number | null) => (ms === null ? '>60 s' : ms.toFixed(0))

function percent(ratio: number): string {
  const change = Math.round((ratio - 1) * 100)
  return `${change > 0 ? '+' : ''}${change} %`
}
