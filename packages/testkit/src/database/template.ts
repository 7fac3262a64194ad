import { defaultPoolLimits } from '@voiceassist/api-gateway/db/database-pool'
import { grantGatewayRole } from '@voiceassist/api-gateway/db/gateway-role'
import { migrateUp } from '@voiceassist/api-gateway/db/migrate'
import { openDatabase } from '@voiceassist/api-gateway/db/open-database'
import { systemClock } from '@voiceassist/kernel'

export type DatabaseLocation = { readonly url: string } | { readonly dataFolder: string }

/** What the tables of vectors depend on. */
export interface EmbedderFacts {
  readonly model: string
  readonly dimensions: number
}

export interface ThrowAway {
  readonly location: DatabaseLocation
  readonly environment: Readonly<Record<string, string>>
  remove(): Promise<void>
}

/** Runs every migration on a database that nobody else uses yet. */
export async function migrateTemplate(location: DatabaseLocation, embedder: EmbedderFacts): Promise<void> {
  const clock = systemClock
  const database = await openDatabase({ ...location, limits: defaultPoolLimits, clock })
  try {
    await migrateUp(database.db, { embedder, clock, concurrently: 'url' in location })
  } finally {
    await database.close()
  }
}

/** A copy has the rights of its template's role, and needs one of its own. */
export async function grantRole(location: DatabaseLocation): Promise<void> {
  const database = await openDatabase({ ...location, limits: defaultPoolLimits, clock: systemClock })
  try {
    await database.db.connection().execute(connection => grantGatewayRole(connection as never))
  } finally {
    await database.close()
  }
}
