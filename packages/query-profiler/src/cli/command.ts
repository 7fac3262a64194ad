import { readFile } from 'node:fs/promises'
import type { CatalogFacts } from '../advice/catalog-facts.js'
import type { DatabaseSession } from '../advice/database-session.js'
import { ProfilerError } from '../profiler-error.js'
import type { CommandLine } from './command-line.js'
import { type OpenSession, openSession } from './open-session.js'
import type { Terminal } from './terminal.js'

export interface CommandContext {
  readonly line: CommandLine
  readonly terminal: Terminal
  /** Of someone who does not want to wait any more. */
  readonly signal: AbortSignal
  /** All of standard input. */
  readStandardInput(): Promise<string>
}

export type Command = (context: CommandContext) => Promise<void>

/** Runs `work` on a connection to the database that the command is about, which cannot write. */
export async function withDatabase(
  { line, terminal, signal }: CommandContext,
  work: (session: OpenSession) => Promise<void>,
): Promise<void> {
  terminal.progress('Connecting …')
  const session = await openSession({ url: line.url, readOnly: true, signal })
  terminal.say(`Looking at ${session.description}`)
  await closing(session, work)
}

/** What the loss of the connection made fail is told as that. */
export async function closing(
  session: OpenSession,
  work: (session: OpenSession) => Promise<void>,
): Promise<void> {
  try {
    await work(session)
  } catch (error) {
    session.signal.throwIfAborted()
    throw error
  } finally {
    await session.close().catch(() => {})
  }
}

/** @throws ProfilerError PROFILER_OPTION_INVALID. */
export async function readTextFile(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const why = code === 'ENOENT' ? 'There is no such file' : `The file cannot be read (${code})`
    throw new ProfilerError('PROFILER_OPTION_INVALID', `--${option} ${path}: ${why}`, {
      field: option,
      remedy: 'Check the path, which starts from the folder that you are in',
    })
  }
}

export async function unreadableTables(
  session: DatabaseSession,
  { tables }: CatalogFacts,
): Promise<string[]> {
  const { rows } = await session.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'm') and not (has_schema_privilege(n.oid, 'usage')
       and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select')))
     order by 1, 2`,
  )
  return rows.map(({ schema, name }) => `${schema}.${name}`).filter(name => tables.has(name))
}

const mostNamed = 5

/** What a person should know before trusting what follows. */
export async function notesOnReading(session: DatabaseSession, catalog: CatalogFacts): Promise<string[]> {
  if (catalog.tables.size === 0) return ['There is no table in this database. Is it the right one?']
  const unreadable = await unreadableTables(session, catalog)
  if (unreadable.length === 0) return []
  const named = unreadable.slice(0, mostNamed).join(', ')
  const others = unreadable.length > mostNamed ? ` and ${unreadable.length - mostNamed} more` : ''
  return [
    `The role may not read ${unreadable.length} of ${catalog.tables.size} tables (${named}${others}): there are no ` +
      'statistics of them, and no plans of queries on them. Connect as a role that may: GRANT pg_read_all_data TO it ' +
      '(PostgreSQL 14 and newer), or GRANT SELECT on the tables.',
  ]
}
