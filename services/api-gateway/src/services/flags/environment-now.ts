import type { FlagSnapshot } from '@voiceassist/feature-flags'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.js'
import { usableSnapshot } from '../../flags/usable-snapshot.js'
import { loadFlagSnapshot } from '../../repositories/flag-snapshot.repository.js'

/** What an environment serves by the database, less what somebody's SQL has broken. */
export async function environmentNow(db: Kysely<Database>, environment: string): Promise<FlagSnapshot> {
  return usableSnapshot(await loadFlagSnapshot(db, environment))
}
