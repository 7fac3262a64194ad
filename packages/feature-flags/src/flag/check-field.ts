import { FlagError } from '../flag-error.js'
import { flagLimits } from './flag-limits.js'
import { instantOf } from './instant.js'

type Fields<Name extends string> = { readonly [name in Name]?: unknown }

/** `message` goes on from the field's name. */
export function invalid(field: string, message: string, remedy: string): FlagError {
  return new FlagError('FLAG_INVALID', `${field} ${message}`, { field, remedy })
}

/** The path of a part; the whole has none. */
export function part(of: string, name: string | number): string {
  if (typeof name === 'number') return `${of}[${name}]`
  return of === '' ? name : `${of}.${name}`
}

/** @param whole what the object is called where it has no path */
export function checkFields<Name extends string>(
  input: unknown,
  field: string,
  whole: string,
  names: readonly Name[],
): Fields<Name> {
  if (!isPlainObject(input))
    throw invalid(field || whole, 'must be an object', `Fields are ${names.join(', ')}`)
  for (const name of Object.keys(input))
    if (!names.includes(name as Name))
      throw invalid(part(field, name.slice(0, 80)), 'is no field', `Fields are ${names.join(', ')}`)
  return input as Fields<Name>
}

export function isPlainObject(input: unknown): input is Readonly<Record<string, unknown>> {
  if (typeof input !== 'object' || input === null) return false
  const prototype = Object.getPrototypeOf(input)
  return prototype === Object.prototype || prototype === null
}

export function checkList(input: unknown, field: string, from: number, to: number): readonly unknown[] {
  if (!Array.isArray(input)) throw invalid(field, 'must be a list', `Give a list of ${from} to ${to}`)
  if (input.length < from)
    throw invalid(field, `must hold at least ${from}`, 'Add one, or leave out what the list is for')
  if (input.length > to)
    throw invalid(field, `holds ${input.length}, over the limit of ${to}`, 'Take some out')
  return input
}

/** `.` and `..` are none: in a URL they would be another path. */
export function checkName(input: unknown, field: string): string {
  if (
    typeof input !== 'string' ||
    input.length > flagLimits.nameLength ||
    !/^(?!\.\.?$)[A-Za-z0-9._-]+$/.test(input)
  )
    throw invalid(
      field,
      `must be 1 to ${flagLimits.nameLength} letters of ASCII, digits, or . _ -, and neither . nor ..`,
      'Choose a name such as search.new-ranker',
    )
  return input
}

export function checkText(input: unknown, field: string, from: number, to: number): string {
  if (typeof input !== 'string' || input.length < from || input.length > to || /\p{Surrogate}/u.test(input))
    throw invalid(
      field,
      `must be a text of ${from} to ${to} characters without halves of surrogate pairs`,
      'Shorten or correct it',
    )
  return input
}

export function checkBoolean(input: unknown, field: string): boolean {
  if (typeof input !== 'boolean') throw invalid(field, 'must be true or false', 'Give true or false')
  return input
}

export function checkInteger(input: unknown, field: string, to: number): number {
  if (typeof input !== 'number' || !Number.isInteger(input) || input < 0 || input > to)
    throw invalid(field, `must be a whole number from 0 to ${to}`, 'Give a whole number')
  return input
}

export function checkPercentage(input: unknown, field: string): number {
  if (typeof input !== 'number' || !(input >= 0 && input <= 100) || !isWholeBut(input * 100))
    throw invalid(field, 'must be a number from 0 to 100 in steps of 0.01', 'Round it to two digits')
  return input
}

export function checkInstant(input: unknown, field: string): string {
  if (typeof input !== 'string' || Number.isNaN(instantOf(input)))
    throw invalid(
      field,
      'must be a date, or a time with its zone, of ISO 8601',
      'Write it as 2026-01-31 or 2026-01-31T12:00:00Z',
    )
  return input
}

export function checkUnique(names: readonly string[], fieldOf: (at: number) => string): void {
  const seen = new Set<string>()
  for (const [at, name] of names.entries()) {
    if (seen.has(name)) throw invalid(fieldOf(at), 'is there twice', 'Each may be there once')
    seen.add(name)
  }
}

/** A hundred times a step of 0.01 is whole but for what binary fractions cannot hold. */
function isWholeBut(number: number): boolean {
  return Math.abs(number - Math.round(number)) < 1e-9
}
