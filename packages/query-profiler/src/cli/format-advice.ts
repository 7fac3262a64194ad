import type { Advice, IndexAdvice, IndexAudit, QueryEffect } from '../advice/advice.js'
import { formatBytes, formatNumber, oneLine, wrap } from './format-text.js'

/** For a terminal; no colours, at most 100 columns but for DDL, which is to be copied. */
export function formatAdvice(advice: Advice): string {
  const { indexes, others, notes, workloadCost } = advice
  const saved = workloadCost.before > 0 ? 1 - workloadCost.after / workloadCost.before : 0
  return [
    indexes.length === 0
      ? 'No index is advised.'
      : `${indexes.length} ${indexes.length === 1 ? 'index' : 'indexes'} to look at; estimated cost of the workload ${formatNumber(workloadCost.before)} -> ${formatNumber(workloadCost.after)} (${Math.round(-saved * 100)} %), predicted by ${predictors[advice.whatIf]}`,
    ...indexes.map(formatIndexAdvice),
    ...(others.length === 0
      ? []
      : ['Beside indexes', ...others.map(({ text, reason }) => `  ${text}\n${wrap(reason, 4)}`)]),
    ...formatNotes(notes),
  ].join('\n\n')
}

export function formatIndexAudit({ indexes, notes }: IndexAudit): string {
  const found =
    indexes.length === 0 ? ['Nothing to drop, repair or add was found.'] : indexes.map(formatIndexAdvice)
  return [...found, ...formatNotes(notes)].join('\n\n')
}

const predictors: Record<Advice['whatIf'], string> = {
  hypopg: 'the planner with hypothetical indexes (HypoPG)',
  scratch: 'the planner with real indexes on the scratch database',
  statistics: 'column statistics only, since there is no HypoPG',
}

function formatIndexAdvice(advice: IndexAdvice, index: number): string {
  const { bytes, writes } = advice
  const size =
    bytes.low === bytes.high
      ? formatBytes(bytes.low)
      : `${formatBytes(bytes.low)} to ${formatBytes(bytes.high)}`
  const rows = writes.rowsPerDay === null ? 'unknown' : `${formatNumber(writes.rowsPerDay)} rows a day`
  return [
    `${index + 1}. ${advice.ddl}`,
    field('why', advice.reason),
    ...advice.helped.slice(0, 5).map(effect => field('helps', formatEffect(effect))),
    ...more(advice.helped.length - 5, 'helps'),
    ...advice.harmed.slice(0, 5).map(effect => field('harms', formatEffect(effect))),
    ...more(advice.harmed.length - 5, 'harms'),
    field('size', size),
    ...(advice.action === 'create'
      ? [
          field(
            'writes',
            `${rows}; ${Math.round(writes.overhead * 100)} % more bytes a row${writes.lostHotUpdates > 0 ? `; ${Math.round(writes.lostHotUpdates * 100)} % of updates no longer heap-only` : ''}`,
          ),
        ]
      : []),
    ...(advice.redundantWith.length > 0 ? [field('like', advice.redundantWith.join(', '))] : []),
    field('confidence', `${advice.confidence}: ${advice.confidenceReason}`),
    field('verify', advice.howToVerify),
    field('undo', advice.howToUndo),
  ].join('\n')
}

function formatEffect({ sql, callsPerDay, costBefore, costAfter, used, measured }: QueryEffect): string {
  const times = measured
    ? `measured ${formatNumber(measured.beforeMs)} -> ${formatNumber(measured.afterMs)} ms`
    : `cost ${formatNumber(costBefore)} -> ${formatNumber(costAfter)}`
  const calls = callsPerDay === null ? '' : `, ${formatNumber(callsPerDay)} calls a day`
  return `${times}${calls}${used ? '' : ', not chosen by the planner'}: ${oneLine(sql, 160)}`
}

function more(count: number, label: string): string[] {
  return count > 0 ? [field(label, `${count} more`)] : []
}

function field(label: string, text: string): string {
  return wrap(text, 14).replace(/^ {14}/, `   ${label.padEnd(11)}`)
}

function formatNotes(notes: readonly string[]): string[] {
  return notes.length === 0 ? [] : [['Notes', ...notes.map(note => wrap(note, 2))].join('\n')]
}
