import { outboxTable } from '@voiceassist/cache/postgres'
import { type Kysely, type Migration, sql } from 'kysely'
import { trackedTables } from '../../cache/tracked-tables.js'

const steps = [outboxTable(), ...trackedTables]

export function cacheOutbox(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const { up } of steps) await sql.raw(up).execute(db)
    },
    async down(db: Kysely<unknown>) {
      for (const { down } of steps.toReversed()) await sql.raw(down).execute(db)
    },
  }
}
