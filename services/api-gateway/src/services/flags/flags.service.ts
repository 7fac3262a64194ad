import { checkFlag, type FlagDefinition, flagLimits } from '@voiceassist/feature-flags'
import type { Actor } from '../../audit/actor.js'
import type { AuditAction, AuditEntry } from '../../audit/audit-actions.js'
import { GatewayError } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import {
  deleteFlag,
  type FlagFilter,
  insertFlag,
  listFlags,
  type StoredFlag,
} from '../../repositories/feature-flags.repository.js'
import { decodeTextCursor, encodeTextCursor } from '../../repositories/text-cursor.js'
import { environmentNow } from './environment-now.js'
import {
  changeFlags,
  type ExpectedRevisions,
  type FlagChangeOptions,
  type FlagParts,
  type FlagScope,
} from './flag-change.js'
import { checked, checkFlagFits, checkFlagMayGo, checkRevision } from './flag-checks.js'
import { changedFacts } from './flag-facts.js'
import { type FlagPatch, type FlagRecord, flagRecord } from './flag-record.js'
import { existingFlag, storePatched } from './patched-flag.js'

export interface FlagListQuery extends FlagScope, FlagFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly stale?: boolean | undefined
}

export interface ExpectingOptions extends FlagChangeOptions {
  /** @throws GatewayError PRECONDITION_FAILED when the flag is at none of them. */
  readonly expected?: ExpectedRevisions | undefined
  /** For the audit row. */
  readonly reason?: string | undefined
}

/** One that is to be made; the name alone makes a boolean flag that is off until it is toggled. */
export type NewFlag = FlagPatch & { readonly name: string }

/** Every change is checked as a whole, and stored with its audit row. */
export interface FlagsService {
  /** In the order of their names; limit 1 to 1000. @throws GatewayError VALIDATION_FAILED for a cursor that is none. */
  list(
    query: FlagListQuery,
  ): Promise<{ readonly items: readonly FlagRecord[]; readonly nextCursor: string | null }>
  /** @throws GatewayError NOT_FOUND. */
  read(name: string, scope?: FlagScope): Promise<FlagRecord>
  /** @throws GatewayError VALIDATION_FAILED, FLAG_EXISTS or FLAG_LIMIT_REACHED. */
  create(actor: Actor, flag: NewFlag, options?: FlagChangeOptions): Promise<FlagRecord>
  /** @throws GatewayError NOT_FOUND, PRECONDITION_REQUIRED without `expected`, VALIDATION_FAILED or FLAG_IN_USE. */
  patch(actor: Actor, name: string, patch: FlagPatch, options?: ExpectingOptions): Promise<FlagRecord>
  /** To the other state where none is given. @throws GatewayError NOT_FOUND or VALIDATION_FAILED. */
  toggle(actor: Actor, name: string, enabled?: boolean, options?: ExpectingOptions): Promise<FlagRecord>
  /** @throws GatewayError NOT_FOUND. */
  setKilled(actor: Actor, name: string, killed: boolean, options?: ExpectingOptions): Promise<FlagRecord>
  /** @throws GatewayError NOT_FOUND or FLAG_IN_USE. */
  setArchived(actor: Actor, name: string, archived: boolean, options?: ExpectingOptions): Promise<FlagRecord>
  /** With its overrides and schedule. @throws GatewayError NOT_FOUND, FLAG_NOT_ARCHIVED or FLAG_IN_USE. */
  remove(actor: Actor, name: string, options?: ExpectingOptions): Promise<void>
}

const cursorScope = 'feature flags'

export function createFlagsService(parts: FlagParts): FlagsService {
  const { db, clock, environment: own } = parts
  const recordOf = (row: StoredFlag) => flagRecord(row, clock.now())

  const change = (
    actor: Actor,
    action: AuditAction,
    name: string,
    patchOf: (row: StoredFlag) => Partial<Record<keyof FlagDefinition, unknown>>,
    { expected, reason, ...options }: ExpectingOptions = {},
  ): Promise<FlagRecord> =>
    changeFlags(parts, options, async (transaction, environment) => {
      const row = await existingFlag(transaction, environment, name)
      checkRevision('flag', Number(row.revision), expected)
      const details: AuditEntry['details'] = reason === undefined ? {} : { reason }
      return recordOf(await storePatched(transaction, actor, row, patchOf(row), { action, details }))
    })

  return {
    async list({ environment = own, limit, cursor, stale, ...filter }) {
      let afterName = cursor === undefined ? '' : decodeTextCursor(cursor, cursorScope)
      const items: FlagRecord[] = []
      for (;;) {
        const rows = await listFlags(db, environment, filter, { limit: limit + 1, afterName })
        for (const row of rows) {
          const record = recordOf(row)
          if (stale !== undefined && record.staleness.stale !== stale) continue
          if (items.length === limit)
            return { items, nextCursor: encodeTextCursor(items.at(-1)!.name, cursorScope) }
          items.push(record)
        }
        if (rows.length <= limit) return { items, nextCursor: null }
        afterName = rows.at(-1)!.name
      }
    },

    read: async (name, { environment = own } = {}) => recordOf(await existingFlag(db, environment, name)),

    async create(actor, given, options = {}) {
      const flag = checked(() => checkFlag(given))
      return changeFlags(parts, options, async (transaction, environment) => {
        const before = await environmentNow(transaction, environment)
        if (before.flags.length >= flagLimits.flags)
          throw new GatewayError('FLAG_LIMIT_REACHED', `An environment has at most ${flagLimits.flags} flags`)
        if (before.flags.some(({ name }) => name === flag.name))
          throw new GatewayError('FLAG_EXISTS', 'The environment has a flag of this name', { field: 'name' })
        checkFlagFits(before, flag)
        const row = await insertFlag(transaction, environment, flag)
        const facts = changedFacts(checkFlag({ name: flag.name }), flag)
        await recordAudit(transaction, actor, {
          action: 'flag.create',
          resource: { type: 'flag', id: flag.name },
          details: { environment, revision: Number(row.revision), type: flag.type, ...facts },
        })
        return recordOf(row)
      })
    },

    async patch(actor, name, patch, options = {}) {
      if (options.expected === undefined)
        throw new GatewayError('PRECONDITION_REQUIRED', 'The request lacks If-Match', {
          field: 'If-Match',
          remedy: 'Send the ETag of the flag as it was read; * changes it whatever it is now',
        })
      return change(actor, 'flag.update', name, () => patch, options)
    },

    toggle: (actor, name, enabled, options) =>
      change(actor, 'flag.toggle', name, row => ({ enabled: enabled ?? !row.enabled }), options),

    setKilled: (actor, name, killed, options) =>
      change(actor, killed ? 'flag.kill' : 'flag.revive', name, () => ({ killed }), options),

    setArchived: (actor, name, archived, options) =>
      change(actor, archived ? 'flag.archive' : 'flag.unarchive', name, () => ({ archived }), options),

    remove: (actor, name, { expected, reason, ...options } = {}) =>
      changeFlags(parts, options, async (transaction, environment) => {
        const row = await existingFlag(transaction, environment, name)
        checkRevision('flag', Number(row.revision), expected)
        if (!row.archived)
          throw new GatewayError('FLAG_NOT_ARCHIVED', 'Only a flag that is archived may be deleted', {
            remedy: 'Archive it first',
          })
        checkFlagMayGo(await environmentNow(transaction, environment), name)
        await deleteFlag(transaction, environment, name)
        await recordAudit(transaction, actor, {
          action: 'flag.delete',
          resource: { type: 'flag', id: name },
          details: { environment, ...(reason !== undefined && { reason }) },
        })
      }),
  }
}
