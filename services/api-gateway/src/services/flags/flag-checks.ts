import {
  checkOverrideValue,
  checkReferences,
  type FlagDefinition,
  FlagError,
  type FlagSnapshot,
  type Segment,
} from '@voiceassist/feature-flags'
import { GatewayError } from '../../errors.js'
import type { ExpectedRevisions } from './flag-change.js'

/** What `check` makes of something that a caller gave. @throws GatewayError VALIDATION_FAILED that names the field. */
export function checked<T>(check: () => T): T {
  let result: T
  try {
    result = check()
  } catch (error) {
    if (error instanceof FlagError && error.code === 'FLAG_INVALID') throw refused(error, error.field)
    throw error
  }
  for (const [field, value] of Object.entries(result as object))
    if (!isStorable(JSON.stringify(value) ?? ''))
      throw new GatewayError('VALIDATION_FAILED', `${field} holds a character that cannot be stored`, {
        field,
        remedy: 'Leave out NUL and halves of surrogate pairs',
      })
  return result
}

/** PostgreSQL's JSON has no NUL and no half of a surrogate pair, which `JSON.stringify` writes as an escape. */
function isStorable(json: string): boolean {
  return !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(json)
}

/**
 * Whether an environment holds together with `changed` in it, or without `removed`.
 * @throws GatewayError VALIDATION_FAILED with the field of `changed` that does not fit, or FLAG_IN_USE: something else
 * needs what is to go. What was broken before, by somebody's SQL, refuses nothing.
 */
export function checkFlagFits(before: FlagSnapshot, changed: FlagDefinition): void {
  const others = before.flags.filter(({ name }) => name !== changed.name)
  const after = { ...before, flags: [changed, ...others] }
  checkFits(before, after, 'flags[0]', 'prerequisites')
  const archived = new Set(others.flatMap(flag => (flag.archived ? [flag.name] : [])))
  if (!changed.archived)
    for (const [at, { flag }] of changed.prerequisites.entries())
      if (archived.has(flag))
        throw new GatewayError('VALIDATION_FAILED', `The flag ${flag} is archived: it serves off to all`, {
          field: `prerequisites[${at}].flag`,
        })
  const dependent = others.find(
    ({ archived, prerequisites }) => !archived && prerequisites.some(({ flag }) => flag === changed.name),
  )
  if (changed.archived && dependent) throw inUse(`The flag ${dependent.name} has it as a prerequisite`)
  for (const override of before.overrides)
    if (override.flag === changed.name)
      try {
        checkOverrideValue(override, changed)
      } catch {
        throw inUse('An override of the flag would not fit it any more')
      }
}

export function checkFlagMayGo(before: FlagSnapshot, removed: string): void {
  const flags = before.flags.filter(({ name }) => name !== removed)
  checkFits(before, { ...before, flags, overrides: [] })
}

export function checkSegmentFits(before: FlagSnapshot, changed: Segment): void {
  const segments = [changed, ...before.segments.filter(({ name }) => name !== changed.name)]
  checkFits(before, { ...before, segments }, 'segments[0]', 'when')
}

export function checkSegmentMayGo(before: FlagSnapshot, removed: string): void {
  checkFits(before, { ...before, segments: before.segments.filter(({ name }) => name !== removed) })
}

function checkFits(before: FlagSnapshot, after: FlagSnapshot, own?: string, wholeField?: string): void {
  const error = brokenReference(after)
  if (!error) return
  const { field = '' } = error
  if (own !== undefined && field.startsWith(own))
    throw refused(error, field.slice(own.length + 1) || wholeField)
  if (!brokenReference(before)) throw inUse(`${needed(after, field)} needs it`)
}

function brokenReference(snapshot: FlagSnapshot): FlagError | undefined {
  try {
    checkReferences(snapshot)
    return undefined
  } catch (error) {
    if (error instanceof FlagError) return error
    throw error
  }
}

/** Whom a path such as flags[3].targetingRules is of. */
function needed(snapshot: FlagSnapshot, field: string): string {
  const [, kind, at] = /^(flags|segments)\[(\d+)\]/.exec(field) ?? []
  const name = snapshot[kind as 'flags' | 'segments']?.[Number(at)]?.name
  return `The ${kind === 'segments' ? 'segment' : 'flag'} ${name ?? ''}`.trim()
}

function refused(error: FlagError, field: string | undefined): GatewayError {
  const { message, remedy } = error
  return new GatewayError('VALIDATION_FAILED', remedy === undefined ? message : `${message}. ${remedy}`, {
    ...(field === undefined ? {} : { field }),
    cause: error,
  })
}

function inUse(message: string): GatewayError {
  return new GatewayError('FLAG_IN_USE', message, { remedy: 'Change that first' })
}

/** @throws GatewayError PRECONDITION_FAILED that says where it is now. */
export function checkRevision(
  what: 'flag' | 'segment',
  revision: number,
  expected: ExpectedRevisions | undefined,
): void {
  if (expected === undefined || expected === '*' || expected.includes(revision)) return
  throw new GatewayError('PRECONDITION_FAILED', `The ${what} is at revision ${revision}`, {
    field: 'If-Match',
    remedy: 'Read it again, and decide anew',
  })
}
