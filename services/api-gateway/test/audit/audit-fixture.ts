import { type DatabaseKind, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { sql } from 'kysely'
import { gatewayActor } from '#src/audit/actor'
import { sealSome } from '#src/audit/audit-sealer'
import { asOwner } from '#src/db/gateway-role'
import type { OpenDatabase } from '#src/db/open-database'
import { recordAudit } from '#src/repositories/audit-logs.repository'

export const key = 'a key of the tests for the audit chain'

/** A database with audit rows, and somebody who may do what the gateway may not. */
export class AuditFixture {
  private constructor(
    readonly temp: TempDatabase,
    readonly database: OpenDatabase,
  ) {}

  static async create(kind: DatabaseKind): Promise<AuditFixture> {
    const temp = await tempDatabase({ kind })
    return new AuditFixture(temp, await temp.open())
  }

  get db() {
    return this.database.db
  }

  async record(count: number): Promise<void> {
    for (let n = 0; n < count; n++)
      await recordAudit(this.db, gatewayActor('test'), {
        action: 'session.read',
        resource: { type: 'session', id: `s${n}` },
        details: { n },
      })
  }

  async seal(): Promise<number> {
    let sealed = 0
    for (let some = 1; some > 0; sealed += some) some = await sealSome(this.db, key)
    return sealed
  }

  /** As the tables' owner, with the triggers off. */
  async tamper(statement: string): Promise<void> {
    await this.db.connection().execute(async connection => {
      await asOwner(connection, async () => {
        for (const table of ['audit_logs', 'audit_chain'])
          await sql`alter table ${sql.table(table)} disable trigger user`.execute(connection)
        await sql`alter table audit_chain drop constraint if exists audit_chain_audit_id_fkey`.execute(
          connection,
        )
        await sql.raw(statement).execute(connection)
        for (const table of ['audit_logs', 'audit_chain'])
          await sql`alter table ${sql.table(table)} enable trigger user`.execute(connection)
      })
    })
  }

  close(): Promise<void> {
    return this.temp.close()
  }
}
