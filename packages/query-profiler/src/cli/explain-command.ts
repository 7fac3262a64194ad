import { systemClock } from '@voiceassist/kernel'
import { readCatalog } from '../advice/read-catalog.js'
import { workloadQuery } from '../advice/workload-query.js'
import { normaliseSql } from '../fingerprint/normalise-sql.js'
import type { ExplainSkip } from '../plan/explainer.js'
import { ServerExplainer } from '../plan/server-explainer.js'
import { ProfilerError } from '../profiler-error.js'
import { checkPlan } from '../rules/check-plan.js'
import { type Command, notesOnReading, readTextFile, withDatabase } from './command.js'
import { connect } from './connect.js'
import { formatPlan } from './format-plan.js'
import { oneLine, wrap } from './format-text.js'

/** Of a query that a person has run, and can interrupt. */
const statementTimeoutMs = 60_000

export const explainCommand: Command = async context => {
  const { line, terminal, signal } = context
  const sql = line.file === '-' ? await context.readStandardInput() : await readTextFile(line.file, 'file')
  signal.throwIfAborted()
  if (sql.trim() === '')
    throw new ProfilerError('EXPLAIN_REFUSED', 'There is no query to explain', {
      remedy: 'Give it on standard input, or by --file FILE.sql',
    })
  await withDatabase(context, async session => {
    const catalog = await readCatalog(session)
    const notes = await notesOnReading(session, catalog)
    terminal.progress(line.analyze ? 'Running the query …' : 'Planning the query …')
    const explainer = new ServerExplainer({
      clock: systemClock,
      statementTimeoutMs,
      connect: () => connect({ url: line.url, readOnly: true, signal: session.signal }) as never,
    })
    const result = await explainer.explain({ sql, analyze: line.analyze }).finally(() => explainer.close())
    session.signal.throwIfAborted()
    if ('skipped' in result) throw refusal(result)
    const { plan, generic, notRun } = result
    const shown = normaliseSql(sql)
    const read = workloadQuery(sql, 1, null)
    const fingerprint = 'fingerprint' in read ? read.fingerprint : ''
    const findings = checkPlan({ plan, sql: shown, catalog }, { fingerprint, sql: shown })
    if (generic)
      notes.push(
        'A plan for any values of the placeholders; write values in their places to see the plan for these.',
      )
    if (notRun !== undefined) notes.push(`It was planned, not run: ${notRun}.`)
    if (!plan.analyzed && !line.analyze && !generic)
      notes.push(
        'With --analyze the query is run, in a read-only transaction, and times and rows are measured.',
      )
    if (line.json) {
      const told = { database: session.description, sql: shown, fingerprint, generic, plan, findings, notes }
      terminal.result(JSON.stringify(told, null, 2))
      return
    }
    terminal.result(
      [
        oneLine(shown, 400).replaceAll(/(.{1,100})(\s|$)/g, '$1\n'),
        formatPlan(plan, findings),
        ...(findings.length === 0 ? ['', 'None of the rules finds fault with this plan.'] : []),
        ...(notes.length === 0 ? [] : ['', 'Notes', ...notes.map(note => wrap(note, 2))]),
      ].join('\n'),
    )
  })
}

const remedies: Partial<Record<ExplainSkip, string>> = {
  'not a select': 'Give one SELECT; of an UPDATE or DELETE, the SELECT of the same rows',
  'unsafe function': 'Leave out what changes something, or is not known to change nothing',
  'locks rows': 'Leave out FOR UPDATE or FOR SHARE; the plan is the same',
  'several statements': 'Give one statement',
  'not parsed': 'Check it with psql; a :variable of psql has to be a value or $1',
  'parameter types unknown': 'Write values in the places of the parameters, or casts such as $1::int',
  busy: 'Try again when nothing locks its tables',
}

function refusal({ skipped, reason }: { skipped: ExplainSkip; reason: string }): ProfilerError {
  const code = skipped === 'failed' || skipped === 'busy' ? 'EXPLAIN_FAILED' : 'EXPLAIN_REFUSED'
  const remedy = remedies[skipped] ?? 'Check the query with psql on the same database'
  const words = reason.replace(' is explained unasked', ' is explained')
  return new ProfilerError(code, `Not explained: ${words}`, { remedy })
}
