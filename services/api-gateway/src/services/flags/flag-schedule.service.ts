import type { FlagDefinition } from '@voiceassist/feature-flags'
import type { Transaction } from 'kysely'
import type { Actor } from '../../audit/actor.js'
import { inTransaction } from '../../db/held-transaction.js'
import type { Database } from '../../db/schema.js'
import { GatewayError, type GatewayErrorCode } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import { lockFlags } from '../../repositories/feature-flags.repository.js'
import { definitionOf } from '../../repositories/flag-rows.js'
import {
  countPending,
  endScheduled,
  findScheduled,
  hasDue,
  insertScheduled,
  listScheduled,
  type StoredChange,
  takeDue,
} from '../../repositories/flag-schedule.repository.js'
import { changeFlags, type FlagParts, type FlagScope } from './flag-change.js'
import { fact } from './flag-facts.js'
import { type FlagPatch, type ScheduledChange, scheduledChange } from './flag-record.js'
import { existingFlag, patchedFlag, storePatched } from './patched-flag.js'
import { timeToCome } from './time-to-come.js'

export interface NewScheduledChange {
  /** ISO 8601, in the future. */
  readonly scheduledAt: string
  readonly changes: FlagPatch
  readonly description?: string | undefined
}

/** What a scheduled change would make of the flag if it were made now. */
export interface SchedulePreview {
  readonly change: ScheduledChange
  readonly before: FlagDefinition
  readonly after: FlagDefinition
}

export interface FlagScheduleService {
  /** Latest first, at most 200. @throws GatewayError NOT_FOUND. */
  list(flag: string, scope?: FlagScope): Promise<readonly ScheduledChange[]>
  /** Checked against the flag as it is; again when it is made. @throws GatewayError NOT_FOUND, VALIDATION_FAILED, FLAG_IN_USE or FLAG_LIMIT_REACHED. */
  create(actor: Actor, flag: string, change: NewScheduledChange, scope?: FlagScope): Promise<ScheduledChange>
  /** @throws GatewayError NOT_FOUND, or CHANGE_NOT_PENDING. */
  cancel(actor: Actor, flag: string, id: string, scope?: FlagScope): Promise<ScheduledChange>
  /** @throws GatewayError NOT_FOUND, VALIDATION_FAILED or FLAG_IN_USE: as it stands, it would fail. */
  preview(flag: string, id: string, scope?: FlagScope): Promise<SchedulePreview>
  /** Makes the change that is due the longest, unless another instance is at it. Undefined: none is due. */
  applyNext(actor: Actor): Promise<ScheduledChange | undefined>
}

const maxPending = 100
const maxListed = 200

export function createFlagScheduleService(parts: FlagParts): FlagScheduleService {
  const { db, clock, environment: own, flags } = parts
  const found = async (environment: string, flag: string, id: string, transaction = db) => {
    const row = await findScheduled(transaction, id)
    if (row?.environment !== environment || row.flag_name !== flag)
      throw new GatewayError('NOT_FOUND', 'The flag has no such scheduled change')
    return row
  }

  return {
    async list(flag, { environment = own } = {}) {
      await existingFlag(db, environment, flag)
      return (await listScheduled(db, environment, flag, maxListed)).map(scheduledChange)
    },

    async create(actor, flag, { scheduledAt, changes, description = '' }, scope = {}) {
      const at = timeToCome('scheduledAt', scheduledAt, clock.now())
      return changeFlags(
        parts,
        scope,
        async (transaction, environment, users) => {
          const row = await existingFlag(transaction, environment, flag)
          await within('changes', patchedFlag(transaction, environment, definitionOf(row), changes))
          if ((await countPending(transaction, environment, flag)) >= maxPending)
            throw new GatewayError('FLAG_LIMIT_REACHED', `A flag has at most ${maxPending} scheduled changes`)
          const stored = await insertScheduled(transaction, {
            environment,
            flag_name: flag,
            scheduled_at: at,
            changes,
            description,
            created_by: actor.userId !== null && users.has(actor.userId) ? actor.userId : null,
          })
          await recordAudit(transaction, actor, {
            action: 'flag.schedule',
            resource: { type: 'flag', id: flag },
            details: {
              environment,
              scheduleId: stored.id,
              scheduledAt: at.toISOString(),
              changes: fact(withoutProse(changes)),
            },
          })
          return scheduledChange(stored)
        },
        [actor.userId],
      )
    },

    cancel: (actor, flag, id, scope = {}) =>
      changeFlags(parts, scope, async (transaction, environment) => {
        const row = await found(environment, flag, id, transaction)
        if (row.status !== 'pending')
          throw new GatewayError('CHANGE_NOT_PENDING', `The scheduled change is ${row.status}`)
        const stored = await endScheduled(transaction, id, { status: 'cancelled' })
        await recordAudit(transaction, actor, {
          action: 'flag.schedule_cancel',
          resource: { type: 'flag', id: flag },
          details: { environment, scheduleId: id },
        })
        return scheduledChange(stored)
      }),

    async preview(flag, id, { environment = own } = {}) {
      const row = await found(environment, flag, id)
      const before = definitionOf(await existingFlag(db, environment, flag))
      const after = await within('changes', patchedFlag(db, environment, before, row.changes as FlagPatch))
      return { change: scheduledChange(row), before, after }
    },

    async applyNext(actor) {
      const at = new Date(clock.now())
      if (!(await hasDue(db, at))) return undefined
      let taken: StoredChange | undefined
      const alone = (
        work: (transaction: Transaction<Database>, row: StoredChange) => Promise<StoredChange>,
      ) =>
        inTransaction(db, async transaction => {
          await lockFlags(transaction)
          taken = await takeDue(transaction, at)
          return taken && work(transaction, taken)
        })
      try {
        const done = await alone(async (transaction, row) => {
          await apply(transaction, actor, row)
          return endScheduled(transaction, row.id, { status: 'applied', applied_at: at })
        })
        if (done?.environment === own) await flags?.refresh().catch(() => {})
        return done && scheduledChange(done)
      } catch (error) {
        const code = refusalOf(error)
        if (!taken || code === undefined) throw error
        const { id } = taken
        const failed = await alone(async (transaction, row) => {
          if (row.id !== id) throw error // another instance was faster: its turn is another time
          await recordAudit(transaction, actor, { ...auditOf(row), error: code })
          return endScheduled(transaction, id, { status: 'failed', error: code })
        })
        return failed && scheduledChange(failed)
      }
    },
  }
}

async function apply(transaction: Transaction<Database>, actor: Actor, row: StoredChange): Promise<void> {
  const flag = await existingFlag(transaction, row.environment, row.flag_name)
  const { action, details } = auditOf(row)
  await storePatched(transaction, actor, flag, row.changes as FlagPatch, { action, details })
}

/** Of an error that would come again; undefined: the change may succeed at another time. */
function refusalOf(error: unknown): GatewayErrorCode | undefined {
  if (error instanceof GatewayError) return error.status < 500 ? error.code : undefined
  const { code } = error as { readonly code?: unknown }
  const isOfData = typeof code === 'string' && /^2[23]...$/.test(code)
  return isOfData ? 'INTERNAL' : undefined
}

function auditOf({ id, environment, flag_name, created_by }: StoredChange) {
  return {
    action: 'flag.schedule_apply',
    resource: { type: 'flag', id: flag_name },
    details: { environment, scheduleId: id, onBehalfOf: created_by },
  } as const
}

/** What a check says of a field, said of that field within another. */
async function within<T>(outer: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'VALIDATION_FAILED' && error.field !== undefined)
      throw new GatewayError(error.code, error.message, { field: `${outer}.${error.field}`, cause: error })
    throw error
  }
}

function withoutProse({ description: _, ...changes }: FlagPatch): FlagPatch {
  return changes
}
