import { parseArgs } from 'node:util'
import { ProfilerError } from '../profiler-error.js'

export const commandNames = ['advise', 'explain', 'indexes', 'top'] as const
export type CommandName = (typeof commandNames)[number]

export interface CommandLine {
  readonly command: CommandName
  /** Absent: DATABASE_URL, or PGHOST and its like. */
  readonly url: string | undefined
  /** 'pg_stat_statements', or a file of SQL. */
  readonly workload: string
  /** A copy of the database to build indexes in and measure. */
  readonly verify: string | undefined
  readonly budgetBytes: number | undefined
  /** Rows of `top`. */
  readonly limit: number
  /** `explain`: the file with the query, or '-' for standard input. */
  readonly file: string
  readonly analyze: boolean
  readonly json: boolean
}

export const usage = `Usage: voiceassist-profiler <command> [postgres://user@host/database] [options]

  advise    which indexes would help the workload, and what each costs
  explain   the plan of a query, and what is the matter with it
  indexes   indexes that are redundant, unused or invalid, and foreign keys without one
  top       the statements that take most time (needs pg_stat_statements)

Without a URL: DATABASE_URL, or PGHOST, PGUSER, PGDATABASE and PGPASSWORD or ~/.pgpass, as psql has
it. A password in the URL shows in the list of processes; the others do not.

Options
  --workload FILE.sql        advise: statements, each ended by ';', above it perhaps a line
                             '-- calls: 120'; default: what pg_stat_statements has counted
  --verify postgres://COPY   advise: build the indexes on a copy and measure; nothing stays there
  --budget 200MB             advise: what all new indexes together may take
  --file FILE.sql            explain: where the query is; default: standard input
  --analyze                  explain: run the query (a pure SELECT only) in a read-only transaction
  --limit 20                 top: how many
  --json                     one JSON document instead of text

Nothing is ever created, changed or dropped in the database that is looked at.
Exit code: 0 done, 1 failed, 2 asked for in the wrong way, 130 interrupted.`

/** @returns undefined when help was asked for. @throws ProfilerError PROFILER_OPTION_INVALID. */
export function parseCommandLine(args: readonly string[]): CommandLine | undefined {
  const { values, positionals } = parsed(args)
  if (values.help || positionals.length === 0) return undefined
  const [command, url, ...rest] = positionals
  if (!isCommand(command))
    throw invalid('command', `The first argument must be one of ${commandNames.join(', ')}`)
  if (rest.length > 0) {
    const query = command === 'explain' ? ': the query comes on standard input, or by --file FILE.sql' : ''
    throw invalid('arguments', `There are more arguments than a command and one URL${query}`)
  }
  for (const [option, own] of Object.entries(commandOf))
    if (option in values && own !== command) throw invalid(option, `--${option} is for ${own} only`)
  for (const [field, value] of [
    ['url', url],
    ['verify', values.verify],
  ] as const)
    if (value !== undefined && !/^postgres(ql)?:\/\//.test(value))
      throw invalid(
        field,
        `${field === 'url' ? 'The second argument' : '--verify'} must be a URL that begins with postgres://`,
      )
  return {
    command,
    url,
    workload: values.workload ?? 'pg_stat_statements',
    verify: values.verify,
    budgetBytes: values.budget === undefined ? undefined : bytesOf(values.budget),
    limit: limitOf(values.limit ?? '20'),
    file: values.file ?? '-',
    analyze: values.analyze ?? false,
    json: values.json ?? false,
  }
}

/** Others are for all commands. */
const commandOf: Readonly<Record<string, CommandName>> = {
  workload: 'advise',
  verify: 'advise',
  budget: 'advise',
  file: 'explain',
  analyze: 'explain',
  limit: 'top',
}

function isCommand(text: string | undefined): text is CommandName {
  return commandNames.some(name => name === text)
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        workload: { type: 'string' },
        verify: { type: 'string' },
        budget: { type: 'string' },
        limit: { type: 'string' },
        file: { type: 'string' },
        analyze: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw invalid('arguments', error instanceof Error ? error.message : String(error))
  }
}

const units: Record<string, number> = { '': 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 }

function bytesOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b)?$/i.exec(text) ?? []
  const bytes = Number(number) * units[(unit ?? '').toLowerCase().replace(/^b$/, '')]!
  if (!(bytes > 0)) throw invalid('budget', '--budget must be a size such as 200MB')
  return Math.floor(bytes)
}

function limitOf(text: string): number {
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw invalid('limit', '--limit must be a whole number from 1 to 1000')
  return limit
}

function invalid(field: string, message: string): ProfilerError {
  return new ProfilerError('PROFILER_OPTION_INVALID', message, {
    field,
    remedy: 'voiceassist-profiler --help shows what there is',
  })
}
