import type { Kysely, Selectable } from 'kysely'
import type { Database } from '../db/schema.js'
import type { FeatureFlagScheduleTable, ScheduleStatus } from '../db/schema-flags.js'

export type StoredChange = Selectable<FeatureFlagScheduleTable>

/** Earliest first, those behind `after`, of one flag. Bounded: a flag has at most some hundred. */
export function listScheduled(
  db: Kysely<Database>,
  environment: string,
  flag: string,
  limit: number,
): Promise<StoredChange[]> {
  return db
    .selectFrom('feature_flag_schedule')
    .selectAll()
    .where('environment', '=', environment)
    .where('flag_name', '=', flag)
    .orderBy('scheduled_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

export async function countPending(db: Kysely<Database>, environment: string, flag: string): Promise<number> {
  const { count } = await db
    .selectFrom('feature_flag_schedule')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('environment', '=', environment)
    .where('flag_name', '=', flag)
    .where('status', '=', 'pending')
    .executeTakeFirstOrThrow()
  return Number(count)
}

export function findScheduled(db: Kysely<Database>, id: string): Promise<StoredChange | undefined> {
  return db.selectFrom('feature_flag_schedule').selectAll().where('id', '=', id).limit(1).executeTakeFirst()
}

export function insertScheduled(
  transaction: Kysely<Database>,
  change: {
    readonly environment: string
    readonly flag_name: string
    readonly scheduled_at: Date
    readonly changes: object
    readonly description: string
    readonly created_by: string | null
  },
): Promise<StoredChange> {
  return transaction
    .insertInto('feature_flag_schedule')
    .values({ ...change, changes: JSON.stringify(change.changes) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Ends what is pending. */
export function endScheduled(
  transaction: Kysely<Database>,
  id: string,
  end: {
    readonly status: Exclude<ScheduleStatus, 'pending'>
    readonly applied_at?: Date
    readonly error?: string
  },
): Promise<StoredChange> {
  return transaction
    .updateTable('feature_flag_schedule')
    .set(end)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function hasDue(db: Kysely<Database>, at: Date): Promise<boolean> {
  const found = await db
    .selectFrom('feature_flag_schedule')
    .select('id')
    .where('status', '=', 'pending')
    .where('scheduled_at', '<=', at)
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

/** The one that is due the longest, held until the transaction ends; not one that another instance holds. */
export function takeDue(transaction: Kysely<Database>, at: Date): Promise<StoredChange | undefined> {
  return transaction
    .selectFrom('feature_flag_schedule')
    .selectAll()
    .where('status', '=', 'pending')
    .where('scheduled_at', '<=', at)
    .orderBy('scheduled_at')
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
}
