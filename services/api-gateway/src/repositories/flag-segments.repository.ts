import type { Segment } from '@voiceassist/feature-flags'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database } from '../db/schema.js'
import type { FeatureFlagSegmentsTable } from '../db/schema-flags.js'

export type StoredSegment = Selectable<FeatureFlagSegmentsTable>

/** In the order of their names, by bytes, those behind `afterName`. */
export function listSegments(
  db: Kysely<Database>,
  environment: string,
  { limit, afterName }: { readonly limit: number; readonly afterName: string },
): Promise<StoredSegment[]> {
  const byBytes = sql<string>`name collate "C"`
  return db
    .selectFrom('feature_flag_segments')
    .selectAll()
    .where('environment', '=', environment)
    .where(byBytes, '>', afterName)
    .orderBy(byBytes)
    .limit(limit)
    .execute()
}

export function findSegment(
  db: Kysely<Database>,
  environment: string,
  name: string,
): Promise<StoredSegment | undefined> {
  return db
    .selectFrom('feature_flag_segments')
    .selectAll()
    .where('environment', '=', environment)
    .where('name', '=', name)
    .limit(1)
    .executeTakeFirst()
}

/** Made, or changed where there is one of this name. */
export function putSegment(
  transaction: Kysely<Database>,
  environment: string,
  { name, when, included, excluded }: Segment,
  description: string,
): Promise<StoredSegment> {
  const set = {
    description,
    condition: when === null ? null : JSON.stringify(when),
    included: JSON.stringify(included),
    excluded: JSON.stringify(excluded),
  }
  return transaction
    .insertInto('feature_flag_segments')
    .values({ environment, name, ...set })
    .onConflict(conflict =>
      conflict.columns(['environment', 'name']).doUpdateSet({ ...set, updated_at: sql`now()` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function deleteSegment(
  transaction: Kysely<Database>,
  environment: string,
  name: string,
): Promise<void> {
  await transaction
    .deleteFrom('feature_flag_segments')
    .where('environment', '=', environment)
    .where('name', '=', name)
    .execute()
}
