import type { Advice, IndexAdvice, IndexAudit, QueryEffect } from '../advice/advice.js'
import { formatBytes, formatNumber, oneLine, wrap } from './format-text.js'

/** For a terminal; no colours, at most 100 columns but for SQL, which is to be copied. */
export function formatAdvice(advice: Advice): string {
  const { indexes, others, notes } = advice
  return [
    headline(advice),
    ...indexes.map(formatIndexAdvice),
    ...(others.length === 0
      ? []
      : ['Beside indexes', ...others.map(({ text, reason }) => `${statement(text)}\n${wrap(reason, 3)}`)]),
    ...howToVerify(indexes),
    ...formatNotes(notes),
  ].join('\n\n')
}

export function formatIndexAudit({ indexes, notes }: IndexAudit): string {
  const found =
    indexes.length === 0
      ? ['Nothing to drop, repair or add was found.']
      : [`${counts(indexes)}.`, ...indexes.map(formatIndexAdvice), ...howToVerify(indexes)]
  return [...found, ...formatNotes(notes)].join('\n\n')
}

function headline({ indexes, workloadCost: { before, after }, whatIf }: Advice): string {
  if (indexes.length === 0) return 'No index is advised.'
  if (!indexes.some(({ action }) => action === 'create'))
    return `${counts(indexes)}; none that would help the workload.`
  if (before <= 0) return `${counts(indexes)}; of no statement of the workload the cost is known.`
  const saved = Math.round((1 - after / before) * 100)
  return wrap(
    `${counts(indexes)}. Cost of the workload: ${formatNumber(before)} -> ${formatNumber(after)} (${-saved} %), as predicted by ${predictors[whatIf]}.`,
    0,
  )
}

const verbs = { create: 'to create', repair: 'to repair', drop: 'to drop' } as const
const actions = ['create', 'repair', 'drop'] as const

/** '4 indexes to create, 1 to drop' */
function counts(indexes: readonly IndexAdvice[]): string {
  const parts = actions.flatMap(action => {
    const number = indexes.filter(index => index.action === action).length
    return number > 0 ? [{ number, verb: verbs[action] }] : []
  })
  return parts
    .map(({ number, verb }, at) =>
      at === 0 ? `${number} ${number === 1 ? 'index' : 'indexes'} ${verb}` : `${number} ${verb}`,
    )
    .join(', ')
}

const predictors: Record<Advice['whatIf'], string> = {
  hypopg: 'the planner with hypothetical indexes (HypoPG)',
  scratch: 'the planner with real indexes on the scratch database',
  statistics: 'column statistics only, since there is no HypoPG',
}

function formatIndexAdvice(advice: IndexAdvice, at: number): string {
  const { action, bytes, confidence, writes } = advice
  const size =
    bytes.low === bytes.high
      ? formatBytes(bytes.low)
      : `${formatBytes(bytes.low)} to ${formatBytes(bytes.high)}`
  const isNew = action === 'create'
  return [
    `${at + 1}. ${titles[action]} ${advice.table} (confidence: ${confidence})`,
    statement(advice.ddl),
    field('why', advice.reason),
    ...effects('helps', advice.helped),
    ...effects('harms', advice.harmed),
    field('size', isNew && confidence !== 'measured' ? `${size}, estimated` : size),
    ...(isNew ? [field('writes', writesText(writes))] : []),
    ...(isNew && advice.redundantWith.length > 0
      ? [field('replaces', `${advice.redundantWith.join(', ')}; drop it when this one is built`)]
      : []),
    field('confidence', `${confidence}: ${advice.confidenceReason}`),
    ...(isNew ? [] : [field('check', advice.howToVerify)]),
    `   ${'undo'.padEnd(11)}${advice.howToUndo}`,
  ].join('\n')
}

const titles = { create: 'New index on', repair: 'Repair an index of', drop: 'Drop an index of' } as const

/** From the first column, so that whole lines can be copied. */
function statement(sql: string): string {
  return sql.endsWith(';') ? sql : `${sql};`
}

function writesText({ rowsPerDay, overhead, lostHotUpdates }: IndexAdvice['writes']): string {
  const rows = rowsPerDay === null ? 'rows a day unknown' : `${formatNumber(rowsPerDay)} rows a day`
  const hot =
    lostHotUpdates > 0 ? `; ${Math.round(lostHotUpdates * 100)} % of updates no longer heap-only` : ''
  return `${rows}; ${Math.round(overhead * 100)} % more bytes for each${hot}`
}

const mostEffects = 5

function effects(label: string, all: readonly QueryEffect[]): string[] {
  const left = all.length - mostEffects
  return [
    ...all.slice(0, mostEffects).map(effect => field(label, formatEffect(effect))),
    ...(left > 0 ? [field(label, `${left} more; --json has them all`)] : []),
  ]
}

/** Of new indexes it is the same for all. */
function howToVerify(indexes: readonly IndexAdvice[]): string[] {
  const unsure = indexes.find(({ action, confidence }) => action === 'create' && confidence !== 'measured')
  if (!unsure || indexes.some(({ confidence }) => confidence === 'measured')) return []
  const words = `These are predictions. With --verify postgres://COPY they are built on a copy and measured, before anything is done here. Or by hand: ${unsure.howToVerify}.`
  return [`Before you build them\n${wrap(words, 2)}`]
}

function formatEffect({ sql, callsPerDay, costBefore, costAfter, used, measured }: QueryEffect): string {
  const times = measured
    ? `measured ${formatNumber(measured.beforeMs)} -> ${formatNumber(measured.afterMs)} ms`
    : `cost ${formatNumber(costBefore)} -> ${formatNumber(costAfter)}`
  const calls = callsPerDay === null ? '' : `, ${formatNumber(callsPerDay)} calls a day`
  return `${times}${calls}${used ? '' : ', not chosen by the planner'}: ${oneLine(sql, 160)}`
}

function field(label: string, text: string): string {
  return wrap(text, 14).replace(/^ {14}/, `   ${label.padEnd(11)}`)
}

function formatNotes(notes: readonly string[]): string[] {
  return notes.length === 0 ? [] : [['Notes', ...notes.map(note => wrap(note, 2))].join('\n')]
}
