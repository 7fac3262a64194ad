import { type Command, withDatabase } from './command.js'
import { columns, formatDuration, formatNumber, oneLine, wrap } from './format-text.js'
import { readTopStatements, type TopStatement, type TopStatements } from './read-top-statements.js'

export const topCommand: Command = context =>
  withDatabase(context, async session => {
    const { json, limit } = context.line
    context.terminal.progress('Reading pg_stat_statements …')
    const top = await readTopStatements(session, limit)
    context.terminal.result(
      json ? JSON.stringify({ database: session.description, ...top }, null, 2) : formatTop(top),
    )
  })

const hidden = '(hidden: GRANT pg_read_all_stats TO the role, to see what others run)'

function formatTop({ days, statements, totalMs }: TopStatements): string {
  if (statements.length === 0) return 'pg_stat_statements has not counted a statement of this database yet.'
  const cells = statements.map(cellsOf)
  const head = ['share', 'total', 'calls', 'mean', 'rows/call']
  const widths = head.map((title, at) => Math.max(title.length, ...cells.map(row => row[at]!.length)))
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padStart(widths[at]!)).join('  ')
  const left = line(head).length + 2
  const since = days === null ? '' : `, counted for ${formatDuration(days * 86_400_000)}`
  return [
    `${formatDuration(totalMs)} in all statements of this database${since}`,
    '',
    `${line(head)}  statement`,
    ...statements.map(({ sql }, at) => `${line(cells[at]!)}  ${oneLine(sql || hidden, columns - left)}`),
    '',
    wrap(
      'Next: `advise` says which indexes would help these; `explain` says what is the matter with one. --json prints the texts as a whole.',
      0,
    ),
  ].join('\n')
}

function cellsOf({ share, totalMs, calls, meanMs, rowsPerCall }: TopStatement): string[] {
  return [
    share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`,
    formatDuration(totalMs),
    formatNumber(calls),
    formatDuration(meanMs),
    formatNumber(rowsPerCall),
  ]
}
