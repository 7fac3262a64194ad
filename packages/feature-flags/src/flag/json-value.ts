import { invalid, isPlainObject, part } from './check-field.js'
import type { FlagType, FlagValue, JsonValue } from './flag-definition.js'
import { flagLimits } from './flag-limits.js'

export type JsonType = 'boolean' | 'string' | 'number' | 'object'

/** Lists are objects here, as OpenFeature has it. */
export function jsonTypeOf(value: FlagValue): JsonType {
  return typeof value as JsonType
}

/** The JSON type that the values of a flag must have; undefined: any, but all the same. */
export function jsonTypeOfFlag(type: FlagType): JsonType | undefined {
  if (type === 'multivariate') return undefined
  return type === 'json' ? 'object' : type
}

/** A frozen copy. */
export function checkFlagValue(input: unknown, field: string): FlagValue {
  const value = checkJson(input, field)
  if (value === null)
    throw invalid(field, 'must not be a bare null', 'Leave it out, or give an object that holds null')
  return value
}

/** A frozen copy. */
export function checkJson(input: unknown, field: string): JsonValue {
  const copy = copyOf(input, field, { left: flagLimits.jsonBytes }, flagLimits.jsonDepth)
  if (Buffer.byteLength(JSON.stringify(copy)) > flagLimits.jsonBytes) throw tooLarge(field)
  return copy
}

/** Of what has been checked before. */
export function frozenCopy<Value extends JsonValue>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as unknown as Value
  const entries = Object.entries(value).map(([name, inner]) => [name, frozenCopy(inner)])
  return Object.freeze(Object.fromEntries(entries)) as Value
}

/** @param nodes bounds the walk: each takes a byte of JSON at least. */
function copyOf(input: unknown, field: string, nodes: { left: number }, depth: number): JsonValue {
  if (input === null || typeof input === 'boolean') return input
  if (typeof input === 'number' && Number.isFinite(input)) return input
  if (typeof input === 'string') {
    if (input.length > flagLimits.jsonBytes) throw tooLarge(field)
    return input
  }
  if (depth === 0)
    throw invalid(field, `is nested deeper than ${flagLimits.jsonDepth} levels`, 'Make it flatter')
  if (Array.isArray(input)) {
    spend(nodes, input.length, field)
    return Object.freeze(Array.from(input, (value, at) => copyOf(value, part(field, at), nodes, depth - 1)))
  }
  if (!isPlainObject(input))
    throw invalid(
      field,
      'must be JSON: null, true, false, a finite number, a text, a list or a plain object',
      'Write it as JSON would have it',
    )
  const entries = Object.entries(input)
  spend(nodes, entries.length, field)
  // A property called __proto__ stays one: entries are defined, not assigned.
  return Object.freeze(
    Object.fromEntries(
      entries.map(([name, value]) => [name, copyOf(value, part(field, name.slice(0, 80)), nodes, depth - 1)]),
    ),
  )
}

function spend(nodes: { left: number }, count: number, field: string): void {
  nodes.left -= count
  if (nodes.left < 0) throw tooLarge(field)
}

function tooLarge(field: string) {
  return invalid(
    field,
    `is over ${flagLimits.jsonBytes} bytes of JSON`,
    'Keep the data elsewhere, and its name here',
  )
}
