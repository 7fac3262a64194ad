import { type Kysely, type Migration, sql } from 'kysely'
import { trackedChunks } from '../../cache/tracked-chunks.js'
import { trackedSettings } from '../../cache/tracked-tables.js'

const tracked = [trackedChunks, trackedSettings]

export function rag(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const { up } of tracked) await sql.raw(up).execute(db)
      await sql`alter table messages add column retrieval jsonb, add column feedback jsonb`.execute(db)
    },
    async down(db: Kysely<unknown>) {
      await sql`alter table messages drop column retrieval, drop column feedback`.execute(db)
      for (const { down } of tracked.toReversed()) await sql.raw(down).execute(db)
    },
  }
}
