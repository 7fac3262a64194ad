import { checkOverride, checkOverrideValue, type FlagValue } from '@voiceassist/feature-flags'
import type { Actor } from '../../audit/actor.js'
import { GatewayError } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import {
  countOtherOverrides,
  deleteExpiredOverrides,
  deleteOverride,
  listOverrides,
  type OverrideOwner,
  putOverride,
} from '../../repositories/flag-overrides.repository.js'
import { definitionOf } from '../../repositories/flag-rows.js'
import { decodeTextCursor, encodeTextCursor } from '../../repositories/text-cursor.js'
import { findUser } from '../../repositories/users.repository.js'
import { changeFlags, type FlagChangeOptions, type FlagParts, type FlagScope } from './flag-change.js'
import { checked } from './flag-checks.js'
import { fact } from './flag-facts.js'
import { type OverrideRecord, overrideRecord } from './flag-record.js'
import { existingFlag } from './patched-flag.js'
import { timeToCome } from './time-to-come.js'

export interface OverrideInput {
  /** Exactly one of `enabled` and `value`: on or off, or what is served. */
  readonly enabled?: boolean | undefined
  readonly value?: FlagValue | undefined
  /** ISO 8601 in the future; absent: it does not expire. */
  readonly expiresAt?: string | null | undefined
  readonly reason?: string | null | undefined
}

export interface OverridePage {
  readonly items: readonly OverrideRecord[]
  readonly nextCursor: string | null
}

export interface FlagOverridesService {
  /** Of a flag by user, or of a user by flag. @throws GatewayError NOT_FOUND, or VALIDATION_FAILED for a cursor that is none. */
  list(
    owner: OverrideOwner,
    query: FlagScope & { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<OverridePage>
  /** Instead of one that there is. @throws GatewayError NOT_FOUND, VALIDATION_FAILED or FLAG_LIMIT_REACHED. */
  put(
    actor: Actor,
    userId: string,
    flag: string,
    input: OverrideInput,
    options?: FlagChangeOptions,
  ): Promise<OverrideRecord>
  /** @throws GatewayError NOT_FOUND. */
  remove(actor: Actor, userId: string, flag: string, options?: FlagChangeOptions): Promise<void>
}

/** Of an environment: every gateway has all of them in memory. */
export const maxOverrides = 10_000

export function createFlagOverridesService(parts: FlagParts): FlagOverridesService {
  const { db, clock, environment: own } = parts
  return {
    async list(owner, { environment = own, limit, cursor }) {
      const scope = 'flag' in owner ? `overrides of flag ${owner.flag}` : `overrides of ${owner.userId}`
      const after = cursor === undefined ? undefined : decodeTextCursor(cursor, scope)
      if ('flag' in owner) await existingFlag(db, environment, owner.flag)
      else if (!(await findUser(db, owner.userId))) throw noSuchUser()
      const rows = await listOverrides(db, environment, owner, { limit: limit + 1, after })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      return {
        items: page.map(overrideRecord),
        nextCursor: last ? encodeTextCursor('flag' in owner ? last.user_id : last.flag_name, scope) : null,
      }
    },

    async put(actor, userId, flag, { enabled, value, expiresAt, reason }, options = {}) {
      const now = clock.now()
      const override = checked(() =>
        checkOverride({
          flag,
          targetingKey: userId,
          ...(enabled === undefined ? {} : { enabled }),
          ...(value === undefined ? {} : { value }),
          expiresAtMs: expiresAt ? timeToCome('expiresAt', expiresAt, now).getTime() : null,
        }),
      )
      return changeFlags(
        parts,
        options,
        async (transaction, environment, users) => {
          if (!users.has(userId)) throw noSuchUser()
          const definition = definitionOf(await existingFlag(transaction, environment, flag))
          checked(() => ({ ok: checkOverrideValue(override, definition) }))
          if ((await countOtherOverrides(transaction, environment, override)) >= maxOverrides) {
            await deleteExpiredOverrides(transaction, environment, new Date(now))
            if ((await countOtherOverrides(transaction, environment, override)) >= maxOverrides)
              throw new GatewayError(
                'FLAG_LIMIT_REACHED',
                `An environment has at most ${maxOverrides} overrides: make a segment of these users`,
              )
          }
          const createdBy = actor.userId !== null && users.has(actor.userId) ? actor.userId : null
          const row = await putOverride(transaction, environment, override, {
            reason: reason ?? null,
            createdBy,
          })
          await recordAudit(transaction, actor, {
            action: 'flag.override',
            resource: { type: 'flag', id: flag },
            details: {
              environment,
              userId,
              enabled: override.enabled,
              value: fact(override.value),
              expiresAt: expiresAt ?? null,
            },
          })
          return overrideRecord(row)
        },
        [userId, actor.userId],
      )
    },

    remove: (actor, userId, flag, options = {}) =>
      changeFlags(parts, options, async (transaction, environment) => {
        const row = await deleteOverride(transaction, environment, flag, userId)
        if (!row) throw new GatewayError('NOT_FOUND', 'The user has no override of this flag')
        await recordAudit(transaction, actor, {
          action: 'flag.override_delete',
          resource: { type: 'flag', id: flag },
          details: { environment, userId, enabled: row.enabled, value: fact(row.value) },
        })
      }),
  }
}

function noSuchUser(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no account with this id')
}
