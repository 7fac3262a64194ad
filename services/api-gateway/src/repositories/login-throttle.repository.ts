import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database, LoginThrottleTable } from '../db/schema.js'

export type ThrottleRow = Selectable<LoginThrottleTable>

/** Holds the rows of these keys, in their order, until the transaction ends; new ones count no failures. */
export async function lockThrottleRows(
  transaction: Kysely<Database>,
  keys: readonly Buffer[],
  at: Date,
): Promise<ThrottleRow[]> {
  return transaction
    .insertInto('login_throttle')
    .values(keys.map(key => ({ key, failures: 0, blocked_until: at, updated_at: at })))
    .onConflict(conflict => conflict.column('key').doUpdateSet({ failures: sql`login_throttle.failures` }))
    .returningAll()
    .execute()
}

/** Of rows that are held. */
export async function storeThrottleRows(
  transaction: Kysely<Database>,
  rows: readonly ThrottleRow[],
): Promise<void> {
  await transaction
    .insertInto('login_throttle')
    .values([...rows])
    .onConflict(conflict =>
      conflict.column('key').doUpdateSet(({ ref }) => ({
        failures: ref('excluded.failures'),
        blocked_until: ref('excluded.blocked_until'),
        updated_at: ref('excluded.updated_at'),
      })),
    )
    .execute()
}

export async function deleteThrottleRow(transaction: Kysely<Database>, key: Buffer): Promise<void> {
  await transaction.deleteFrom('login_throttle').where('key', '=', key).execute()
}

/** Takes one failure back; the times go back to what they were unless another failure has set them since. */
export async function takeBackFailure(
  transaction: Kysely<Database>,
  counted: ThrottleRow,
  before: ThrottleRow,
): Promise<void> {
  const isMine = sql<boolean>`updated_at = ${counted.updated_at} and blocked_until = ${counted.blocked_until}`
  await transaction
    .updateTable('login_throttle')
    .set({
      failures: sql<number>`greatest(failures - 1, 0)`,
      blocked_until: sql<Date>`case when ${isMine} then ${before.blocked_until}::timestamptz else blocked_until end`,
      updated_at: sql<Date>`case when ${isMine} then ${before.updated_at}::timestamptz else updated_at end`,
    })
    .where('key', '=', counted.key)
    .execute()
}

/** Those that were not touched since; at most `limit`, and none that somebody holds. */
export async function deleteOldThrottleRows(
  transaction: Kysely<Database>,
  { before, limit }: { before: Date; limit: number },
): Promise<void> {
  await transaction
    .deleteFrom('login_throttle')
    .where('key', 'in', ({ selectFrom }) =>
      selectFrom('login_throttle')
        .select('key')
        .where('updated_at', '<', before)
        .orderBy('updated_at')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .execute()
}
