import type { Advice, AdviceOptions, Workload } from '../advice/advice.js'
import { advise } from '../advice/advise.js'
import { type AdvisedDatabase, readAdvisedDatabase, requireCopy } from '../advice/advised-database.js'
import { plannableQuery } from '../advice/plannable-query.js'
import { readCatalog } from '../advice/read-catalog.js'
import { namingContext, readServerFacts } from '../advice/server-facts.js'
import { verifyAdvice } from '../advice/verify.js'
import { workloadFromFile } from '../advice/workload-from-file.js'
import { workloadFromStatements } from '../advice/workload-from-statements.js'
import { ProfilerError } from '../profiler-error.js'
import {
  type Command,
  type CommandContext,
  closing,
  notesOnReading,
  readTextFile,
  withDatabase,
} from './command.js'
import { formatAdvice } from './format-advice.js'
import { type OpenSession, openSession } from './open-session.js'

export const adviseCommand: Command = async context => {
  const { line } = context
  const file =
    line.workload === 'pg_stat_statements'
      ? undefined
      : workloadFromFile(await readTextFile(line.workload, 'workload'))
  await withDatabase(context, async session => {
    const workload = file ?? (await workloadFromStatements(session))
    sayWorkload(context, workload)
    if (line.verify === undefined)
      return tell(context, session, workload, await advised(context, session, workload))
    context.terminal.progress('Connecting to the copy …')
    const copy = { url: line.verify, readOnly: false, signal: session.signal }
    await closing(await openSession(copy), async scratch => {
      context.terminal.say(`Verifying on ${scratch.description}`)
      const facts = await readAdvisedDatabase(session)
      await requireCopy(scratch, facts, await tablesOf(session, workload))
      const advice = await advised(context, session, workload, scratch)
      tell(context, session, workload, await verified(context, advice, workload, scratch, facts))
    })
  })
}

function sayWorkload({ terminal }: CommandContext, { queries, days, source }: Workload): void {
  if (queries.length === 0)
    throw new ProfilerError('WORKLOAD_INVALID', 'The workload holds no statement that could be read', {
      field: 'workload',
      remedy:
        source === 'file'
          ? 'Give SELECT, UPDATE or DELETE statements of PostgreSQL, each ended by a semicolon'
          : 'Let the application run for some days; as a role with pg_read_all_stats; or give a file (--workload FILE.sql)',
    })
  const since = days === null ? '' : ` of ${days < 1 ? 'less than a day' : `${Math.round(days)} days`}`
  const from = source === 'file' ? 'the file' : source
  terminal.say(`Workload: ${queries.length} different statements${since} from ${from}`)
}

async function advised(
  context: CommandContext,
  session: OpenSession,
  workload: Workload,
  scratch?: OpenSession,
): Promise<Advice> {
  const { budgetBytes } = context.line
  const advice = await advise(session, workload, {
    ...progressOf(context, scratch ?? session),
    ...(budgetBytes !== undefined && { budgetBytes }),
    ...(scratch && { scratch }),
  })
  const notes = await notesOnReading(session, await readCatalog(session))
  if (workload.days !== null && workload.days < 1)
    notes.push('The workload is of less than a day: what runs at other times was not looked at.')
  return { ...advice, notes: [...notes, ...advice.notes] }
}

function verified(
  context: CommandContext,
  advice: Advice,
  workload: Workload,
  scratch: OpenSession,
  facts: AdvisedDatabase,
): Promise<Advice> {
  return verifyAdvice(advice, workload, scratch, { ...progressOf(context, scratch), advised: facts })
}

function progressOf(
  { terminal }: CommandContext,
  { signal }: OpenSession,
): Pick<AdviceOptions, 'onProgress' | 'signal'> {
  return {
    signal,
    onProgress: (done, total, what) => terminal.progress(`${done} of ${total}: ${what}`),
  }
}

async function tablesOf(session: OpenSession, workload: Workload): Promise<Set<string>> {
  const naming = namingContext(await readServerFacts(session), await readCatalog(session))
  return new Set(
    workload.queries.flatMap(query => {
      const read = plannableQuery(query, naming)
      return 'reason' in read ? [] : read.columns.uses.map(use => use.table)
    }),
  )
}

function tell(
  { line, terminal }: CommandContext,
  { description }: OpenSession,
  workload: Workload,
  advice: Advice,
): void {
  const { queries, days, source } = workload
  terminal.result(
    line.json
      ? JSON.stringify(
          { database: description, workload: { source, statements: queries.length, days }, ...advice },
          null,
          2,
        )
      : formatAdvice(advice),
  )
}
