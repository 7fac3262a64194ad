import type { FlagSnapshot } from '@voiceassist/feature-flags'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../db/schema.js'
import {
  definitionOf,
  type FlagRow,
  type OverrideRow,
  overrideOf,
  type SegmentRow,
  segmentOf,
} from './flag-rows.js'

/** 0 before the first change. */
export async function findFlagRevision(db: Kysely<Database>, environment: string): Promise<number> {
  const found = await db
    .selectFrom('feature_flag_environments')
    .select('revision')
    .where('environment', '=', environment)
    .limit(1)
    .executeTakeFirst()
  return Number(found?.revision ?? 0)
}

/** By one statement, which sees the environment as of one moment. */
export async function loadFlagSnapshot(db: Kysely<Database>, environment: string): Promise<FlagSnapshot> {
  const found = await sql<{
    revision: string
    flags: FlagRow[]
    segments: SegmentRow[]
    overrides: OverrideRow[]
  }>`
    select
      coalesce((
        select revision from feature_flag_environments where environment = ${environment} limit 1), 0) as revision,
      (select coalesce(jsonb_agg(to_jsonb(f) order by name collate "C"), '[]') from feature_flags f
        where environment = ${environment}) as flags,
      (select coalesce(jsonb_agg(to_jsonb(s) order by name collate "C"), '[]') from feature_flag_segments s
        where environment = ${environment}) as segments,
      (select coalesce(jsonb_agg(to_jsonb(o) order by flag_name collate "C", user_id), '[]') from feature_flag_overrides o
        where environment = ${environment}) as overrides`.execute(db)
  const { revision, flags, segments, overrides } = found.rows[0]!
  return {
    environment,
    revision: Number(revision),
    flags: flags.map(definitionOf),
    segments: segments.map(segmentOf),
    overrides: overrides.map(overrideOf),
  }
}
