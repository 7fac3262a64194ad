import { ProfilerError } from '../profiler-error.js'
import type { Plan, PlanNode, PlanTrigger, PlanValue } from './plan.js'
import { planKeys } from './plan-keys.js'
import { redactExpression } from './redact-expression.js'

type Json = Readonly<Record<string, unknown>>

/** A plan of a table of thousands of partitions says no more by all of them. */
const maxNodes = 1000
const maxItems = 100
const maxNameLength = 256

/**
 * Reads what `EXPLAIN (FORMAT JSON)` answers: the list of one plan, or that plan. Keys that are not known are left
 * out, and each expression loses its literals, so that no value of a query remains. At most 1,000 nodes are kept.
 * @throws ProfilerError EXPLAIN_FAILED: it is not a plan.
 */
export function readPlan(json: unknown, { analyzed }: { readonly analyzed: boolean }): Plan {
  const top: unknown = Array.isArray(json) ? json[0] : json
  if (!isObject(top) || !isObject(top.Plan) || typeof top.Plan['Node Type'] !== 'string') {
    throw new ProfilerError('EXPLAIN_FAILED', 'What the server answered is not a plan in the form of JSON')
  }
  return {
    Plan: readNode(top.Plan, { left: maxNodes }),
    analyzed,
    ...numbersOf(top, ['Planning Time', 'Execution Time']),
    ...(isObject(top.Planning) && { Planning: readKnown(top.Planning) }),
    ...(isObject(top.JIT) && { JIT: readJit(top.JIT) }),
    ...(Array.isArray(top.Triggers) && { Triggers: listOf(top.Triggers).filter(isObject).map(readTrigger) }),
    ...(isObject(top.Settings) && { Settings: readSettings(top.Settings) }),
  }
}

function readNode(json: Json, budget: { left: number }): PlanNode {
  budget.left--
  const node = readKnown(json) as Record<string, PlanValue>
  if (Array.isArray(json.Plans)) {
    const children: PlanNode[] = []
    for (const child of json.Plans)
      if (budget.left > 0 && isObject(child)) children.push(readNode(child, budget))
    node.Plans = children
  }
  return {
    ...node,
    'Node Type': String(node['Node Type'] ?? ''),
    'Plan Rows': Number(node['Plan Rows'] ?? 0),
    'Plan Width': Number(node['Plan Width'] ?? 0),
    'Startup Cost': Number(node['Startup Cost'] ?? 0),
    'Total Cost': Number(node['Total Cost'] ?? 0),
  }
}

function readKnown(json: Json): Record<string, PlanValue> {
  const known: Record<string, PlanValue> = {}
  for (const [key, value] of Object.entries(json)) {
    const read = readValue(key, value)
    if (read !== undefined) known[key] = read
  }
  return known
}

function readValue(key: string, value: unknown): PlanValue {
  switch (planKeys.get(key)) {
    case 'name':
      return typeof value === 'string' ? value.slice(0, maxNameLength) : undefined
    case 'names':
      return stringsOf(value).map(name => name.slice(0, maxNameLength))
    case 'number':
      return typeof value === 'number' ? value : undefined
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'expression':
      return typeof value === 'string' ? redactExpression(value) : undefined
    case 'expressions':
      return stringsOf(value).map(redactExpression)
    case 'object':
      return isObject(value) ? readKnown(value) : undefined
    case 'objects':
      return listOf(value).filter(isObject).map(readKnown)
    default:
      return undefined
  }
}

function readJit(jit: Json): Plan['JIT'] {
  const timing = isObject(jit.Timing) ? jit.Timing : {}
  return { ...numbersOf(jit, ['Functions']), Timing: numbersOf(timing, ['Total']) }
}

function readTrigger(trigger: Json): PlanTrigger {
  const names: Record<string, string> = {}
  for (const key of ['Trigger Name', 'Constraint Name', 'Relation']) {
    if (typeof trigger[key] === 'string') names[key] = trigger[key].slice(0, maxNameLength)
  }
  return { ...names, ...numbersOf(trigger, ['Time', 'Calls']) }
}

/** Of settings that differ from the default: a number with its unit, or a word of the planner's; anything else is `?`. */
function readSettings(settings: Json): Record<string, string> {
  const isPlain =
    /^(on|off|auto|partition|regress|force_(generic|custom)_plan|-?[\d.]+(e[+-]?\d+)?\s?[a-zA-Z]{0,3})$/
  const read: Record<string, string> = {}
  for (const [name, value] of Object.entries(settings).slice(0, maxItems)) {
    if (/^[a-z_][\w.]{0,62}$/.test(name))
      read[name] = typeof value === 'string' && isPlain.test(value) ? value : '?'
  }
  return read
}

function numbersOf<Key extends string>(json: Json, keys: readonly Key[]): { readonly [key in Key]?: number } {
  const numbers: { [key in Key]?: number } = {}
  for (const key of keys) if (typeof json[key] === 'number') numbers[key] = json[key]
  return numbers
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, maxItems) : []
}

/** The lists within a list, of grouping sets, become one. */
function stringsOf(value: unknown): string[] {
  return listOf(value)
    .flat()
    .filter(item => typeof item === 'string')
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
