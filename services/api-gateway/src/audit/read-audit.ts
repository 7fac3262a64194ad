import type { Actor } from './actor.js'
import type { AuditEntry } from './audit-actions.js'

/** Audits what only reads. */
export interface ReadAudit {
  /**
   * Resolves once the row is on its way; a read is answered after that. Waits while too many rows are.
   * @throws GatewayError OVERLOADED or DATABASE_UNREACHABLE when rows cannot be stored: nothing is read unaudited.
   */
  record(actor: Actor, entry: AuditEntry): Promise<void>
}
