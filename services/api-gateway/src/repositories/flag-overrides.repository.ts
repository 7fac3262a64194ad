import type { Override } from '@voiceassist/feature-flags'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database } from '../db/schema.js'
import type { FeatureFlagOverridesTable } from '../db/schema-flags.js'

export type StoredOverride = Selectable<FeatureFlagOverridesTable>

/** Whose overrides: of one flag, or of one user. */
export type OverrideOwner = { readonly flag: string } | { readonly userId: string }

/** In the order of the users of a flag, or of the flags of a user, those behind `after`. */
export function listOverrides(
  db: Kysely<Database>,
  environment: string,
  owner: OverrideOwner,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Promise<StoredOverride[]> {
  let query = db.selectFrom('feature_flag_overrides').selectAll().where('environment', '=', environment)
  if ('flag' in owner) {
    query = query.where('flag_name', '=', owner.flag).orderBy('user_id')
    if (after !== undefined) query = query.where('user_id', '>', after)
  } else {
    const byBytes = sql<string>`flag_name collate "C"`
    query = query.where('user_id', '=', owner.userId).orderBy(byBytes)
    if (after !== undefined) query = query.where(byBytes, '>', after)
  }
  return query.limit(limit).execute()
}

/** Held until the transaction ends, so that neither is deleted meanwhile. Resolves to those that there are. */
export async function holdUsers(transaction: Kysely<Database>, ids: readonly string[]): Promise<Set<string>> {
  const found = await transaction
    .selectFrom('users')
    .select('id')
    .where('id', 'in', ids)
    .orderBy('id') // one order for all, or two who hold at once may wait for each other
    .forKeyShare()
    .execute()
  return new Set(found.map(({ id }) => id))
}

/** How many there are beside the one of this flag and user. */
export async function countOtherOverrides(
  transaction: Kysely<Database>,
  environment: string,
  { flag, targetingKey }: Pick<Override, 'flag' | 'targetingKey'>,
): Promise<number> {
  const { count } = await transaction
    .selectFrom('feature_flag_overrides')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('environment', '=', environment)
    .where(({ not, and, eb }) => not(and([eb('flag_name', '=', flag), eb('user_id', '=', targetingKey)])))
    .executeTakeFirstOrThrow()
  return Number(count)
}

export async function deleteExpiredOverrides(
  transaction: Kysely<Database>,
  environment: string,
  at: Date,
): Promise<void> {
  await transaction
    .deleteFrom('feature_flag_overrides')
    .where('environment', '=', environment)
    .where('expires_at', '<=', at)
    .execute()
}

export function putOverride(
  transaction: Kysely<Database>,
  environment: string,
  override: Override,
  { reason, createdBy }: { readonly reason: string | null; readonly createdBy: string | null },
): Promise<StoredOverride> {
  const set = {
    enabled: override.enabled,
    value: override.value === null ? null : JSON.stringify(override.value),
    expires_at: override.expiresAtMs === null ? null : new Date(override.expiresAtMs),
    reason,
    created_by: createdBy,
  }
  return transaction
    .insertInto('feature_flag_overrides')
    .values({ environment, flag_name: override.flag, user_id: override.targetingKey, ...set })
    .onConflict(conflict =>
      conflict
        .columns(['environment', 'flag_name', 'user_id'])
        .doUpdateSet({ ...set, updated_at: sql`now()` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Resolves to what is gone. */
export function deleteOverride(
  transaction: Kysely<Database>,
  environment: string,
  flag: string,
  userId: string,
): Promise<StoredOverride | undefined> {
  return transaction
    .deleteFrom('feature_flag_overrides')
    .where('environment', '=', environment)
    .where('flag_name', '=', flag)
    .where('user_id', '=', userId)
    .returningAll()
    .executeTakeFirst()
}
