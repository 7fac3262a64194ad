import type { FlagDefinition } from '@voiceassist/feature-flags'
import { type Kysely, type Selectable, sql } from 'kysely'
import { flagLockKey } from '../db/flag-lock.js'
import type { Database } from '../db/schema.js'
import type { FeatureFlagsTable } from '../db/schema-flags.js'

export type StoredFlag = Selectable<FeatureFlagsTable>

/**
 * Held until the transaction ends, and taken before any row: all who change flags, overrides, segments or the schedule
 * take turns, in whatever order they go on.
 */
export async function lockFlags(transaction: Kysely<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(flagLockKey)})`.execute(transaction)
}

export interface FlagFilter {
  /** Part of the name or the description, whatever the case. */
  readonly q?: string | undefined
  readonly archived?: boolean | undefined
}

/** In the order of their names, by bytes, those behind `afterName`. */
export function listFlags(
  db: Kysely<Database>,
  environment: string,
  { q, archived }: FlagFilter,
  { limit, afterName }: { readonly limit: number; readonly afterName: string },
): Promise<StoredFlag[]> {
  const byBytes = sql<string>`name collate "C"`
  let query = db
    .selectFrom('feature_flags')
    .selectAll()
    .where('environment', '=', environment)
    .where(byBytes, '>', afterName)
  if (archived !== undefined) query = query.where('archived', '=', archived)
  if (q !== undefined)
    query = query.where(sql<boolean>`strpos(lower(name || ' ' || description), lower(${q})) > 0`)
  return query.orderBy(byBytes).limit(limit).execute()
}

export function findFlag(
  db: Kysely<Database>,
  environment: string,
  name: string,
): Promise<StoredFlag | undefined> {
  return db
    .selectFrom('feature_flags')
    .selectAll()
    .where('environment', '=', environment)
    .where('name', '=', name)
    .limit(1)
    .executeTakeFirst()
}

export function insertFlag(
  transaction: Kysely<Database>,
  environment: string,
  flag: FlagDefinition,
): Promise<StoredFlag> {
  return transaction
    .insertInto('feature_flags')
    .values({ environment, name: flag.name, ...columnsOf(flag) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export function updateFlag(
  transaction: Kysely<Database>,
  environment: string,
  flag: FlagDefinition,
): Promise<StoredFlag> {
  return transaction
    .updateTable('feature_flags')
    .set({ ...columnsOf(flag), updated_at: sql`now()` })
    .where('environment', '=', environment)
    .where('name', '=', flag.name)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Touches nothing else of it. */
export function killFlag(
  transaction: Kysely<Database>,
  environment: string,
  name: string,
): Promise<StoredFlag> {
  return transaction
    .updateTable('feature_flags')
    .set({ killed: true, updated_at: sql`now()` })
    .where('environment', '=', environment)
    .where('name', '=', name)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** With its overrides and its schedule. */
export async function deleteFlag(
  transaction: Kysely<Database>,
  environment: string,
  name: string,
): Promise<void> {
  await transaction
    .deleteFrom('feature_flags')
    .where('environment', '=', environment)
    .where('name', '=', name)
    .execute()
}

function columnsOf(flag: FlagDefinition) {
  return {
    description: flag.description,
    flag_type: flag.type,
    enabled: flag.enabled,
    killed: flag.killed,
    archived: flag.archived,
    value: jsonOrNull(flag.value),
    default_value: jsonOrNull(flag.defaultValue),
    variants: JSON.stringify(flag.variants),
    default_variant: flag.defaultVariant,
    targeting_rules: JSON.stringify(flag.targetingRules),
    rollout_percentage: flag.rolloutPercentage,
    rollout_salt: flag.rolloutSalt,
    prerequisites: JSON.stringify(flag.prerequisites),
    owner: flag.owner,
    expires_at: flag.expiresAt,
    metadata: JSON.stringify(flag.metadata),
  }
}

function jsonOrNull(value: FlagDefinition['value']): string | null {
  return value === null ? null : JSON.stringify(value)
}
