import { styleText } from 'node:util'
import type { Plan } from '../plan/plan.js'
import { allRules } from '../rules/all-rules.js'
import { numberOf, textOf } from '../rules/plan-values.js'
import { type PlanWalk, type Visit, walkPlan } from '../rules/plan-walk.js'
import type { Finding, Severity } from '../rules/rule.js'
import { count, milliseconds, nodeName, percent } from '../rules/wording.js'
import { columns, oneLine, wrap } from './format-text.js'

export interface PlanTextOptions {
  /** ANSI colours for the severity of findings. Default false. */
  readonly colours?: boolean
}

const mostNodes = 200
const deepestIndent = 20
const conditionKeys = [
  'Index Cond',
  'Recheck Cond',
  'Hash Cond',
  'Merge Cond',
  'Join Filter',
  'Filter',
  'Sort Key',
]

/**
 * A plan as a tree for a terminal, at most 100 columns wide: of each node its own share of the time (or cost), rows,
 * rows as planned; below it the findings, by numbers that stand behind the nodes they are about.
 */
export function formatPlan(plan: Plan, findings: readonly Finding[], options: PlanTextOptions = {}): string {
  const walk = walkPlan({ plan, sql: '', catalog: { tables: new Map() } })
  const shown = walk.visits.slice(0, mostNodes)
  const rows = shown.map(visit => numbersOf(walk, visit))
  const head = [walk.unit === 'ms' ? 'own time' : 'own cost', 'share', 'rows', 'planned']
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map(row => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  ')
  const left = line(head).length + 2
  const hidden = walk.visits.length - shown.length
  return [
    `${line(head)}  node`,
    ...shown.flatMap((visit, at) => [
      `${line(rows[at] ?? [])}  ${nodeText(visit, columns - left, marksOf(visit, findings))}`,
      ...conditionsOf(visit, columns - left).map(text => ' '.repeat(left) + text),
    ]),
    ...(hidden > 0 ? [`${' '.repeat(left)}… and ${count(hidden)} nodes more`] : []),
    '',
    timesOf(plan),
    ...findings.flatMap((finding, at) => ['', ...findingLines(finding, at + 1, options)]),
  ].join('\n')
}

function numbersOf(walk: PlanWalk, visit: Visit): string[] {
  const { node, loops } = visit
  const own = walk.unit === 'ms' ? milliseconds(visit.self) : count(visit.self)
  if (walk.analyzed && loops === 0) return ['', '', 'never run', '']
  const planned = numberOf(node, 'Plan Rows') * (walk.analyzed ? loops : 1)
  return [own, percent(visit.selfShare), walk.analyzed ? count(visit.rows) : '', count(planned)]
}

function nodeText(visit: Visit, width: number, marks: string): string {
  const loops = visit.loops > visit.processes ? ` × ${count(visit.loops)}` : ''
  const name = clean(
    `${indentOf(visit)}${depthOf(visit) > 0 ? '-> ' : ''}${labelOf(visit)}${nodeName(visit)}${loops}`,
  )
  return `${cut(name, width - marks.length)}${marks}`
}

/** 'SubPlan 1: ', 'CTE x: ' */
function labelOf({ node }: Visit): string {
  const name = textOf(node, 'Subplan Name')
  return name ? `${name}: ` : ''
}

function marksOf(visit: Visit, findings: readonly Finding[]): string {
  const name = nodeName(visit)
  const numbers = findings.flatMap((finding, at) => (finding.nodes[0] === name ? [`[${at + 1}]`] : []))
  return numbers.length > 0 ? ` ${numbers.join('')}` : ''
}

function conditionsOf(visit: Visit, width: number): string[] {
  const indent = `${indentOf(visit)}${depthOf(visit) > 0 ? '   ' : ''}  `
  return conditionKeys.flatMap(key => {
    const value: unknown = visit.node[key]
    const text = Array.isArray(value) ? value.join(', ') : value
    if (typeof text !== 'string' || text === '') return []
    return [oneLine(clean(`${key}: ${text}`), width - indent.length)].map(each => indent + each)
  })
}

function depthOf(visit: Visit): number {
  return visit.parent ? depthOf(visit.parent) + 1 : 0
}

function indentOf(visit: Visit): string {
  return '  '.repeat(Math.min(deepestIndent, Math.max(0, depthOf(visit) - 1)))
}

function timesOf(plan: Plan): string {
  const planning = plan['Planning Time']
  const execution = plan['Execution Time']
  const times = [
    ...(planning === undefined ? [] : [`planning ${milliseconds(planning)}`]),
    ...(execution === undefined ? [] : [`execution ${milliseconds(execution)}`]),
  ].join(', ')
  if (plan.analyzed) return times ? `${times.charAt(0).toUpperCase()}${times.slice(1)}` : 'It was run.'
  return 'It was not run: costs and rows are estimates.'
}

const colourOf: Record<Severity, 'red' | 'yellow' | 'cyan'> = {
  critical: 'red',
  warning: 'yellow',
  info: 'cyan',
}

function findingLines(finding: Finding, number: number, { colours = false }: PlanTextOptions): string[] {
  const { rule, severity, share, message, advice } = finding
  const title = allRules.find(each => each.id === rule)?.title ?? rule
  const word = colours ? styleText(colourOf[severity], severity, { validateStream: false }) : severity
  return [
    `${number}. ${title} (${rule}; ${word}, ${percent(share)})`,
    wrap(clean(message), 3),
    wrap(clean(advice), 3),
  ]
}

/** Names come from the database, and may hold what a terminal would obey. */
function clean(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?')
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
