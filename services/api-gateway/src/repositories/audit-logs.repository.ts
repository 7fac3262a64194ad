import type { Insertable, Kysely } from 'kysely'
import type { Actor } from '../audit/actor.js'
import type { AuditEntry } from '../audit/audit-actions.js'
import type { AuditLogsTable, Database } from '../db/schema.js'
import { gatewayErrors } from '../errors.js'

export type NewAuditRow = Insertable<AuditLogsTable>

const maxUserAgent = 500

export function auditRow(actor: Actor, { action, resource, error, details = {} }: AuditEntry): NewAuditRow {
  return {
    user_id: actor.userId,
    user_role: actor.role,
    action,
    resource_type: resource?.type ?? null,
    resource_id: resource?.id ?? null,
    request_id: actor.requestId,
    ip_address: actor.ipAddress,
    user_agent: actor.userAgent?.slice(0, maxUserAgent) ?? null,
    service_name: actor.service,
    endpoint: actor.endpoint,
    success: error === undefined,
    status_code: error === undefined ? null : gatewayErrors[error][0],
    error_message: error ?? null,
    additional_data: JSON.stringify(details),
  }
}

/** Audits what a transaction changes; the row is there if and only if the change is. */
export async function recordAudit(
  transaction: Kysely<Database>,
  actor: Actor,
  entry: AuditEntry,
): Promise<void> {
  await insertAuditRows(transaction, [auditRow(actor, entry)])
}

/** At most some thousand: each row takes fourteen parameters of a statement's 65,535. */
export async function insertAuditRows(db: Kysely<Database>, rows: readonly NewAuditRow[]): Promise<void> {
  await db.insertInto('audit_logs').values(rows).execute()
}
