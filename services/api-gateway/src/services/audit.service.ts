import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { Actor } from '../audit/actor.js'
import { chainStart } from '../audit/audit-chain.js'
import { auditCsvHead, auditCsvLines } from '../audit/audit-csv.js'
import { auditDetails } from '../audit/audit-details.js'
import type { AuditRecord } from '../audit/audit-record.js'
import { checkAuditKey } from '../audit/check-audit-key.js'
import { signHead } from '../audit/signed-head.js'
import { type AuditVerification, type VerifyOptions, verifyAudit } from '../audit/verify-audit.js'
import { inTransaction } from '../db/held-transaction.js'
import type { Database } from '../db/schema.js'
import { lastLink } from '../repositories/audit-chain.repository.js'
import {
  type AuditFilter,
  type ListedAuditRow,
  listAuditRows,
} from '../repositories/audit-list.repository.js'
import { recordAudit } from '../repositories/audit-logs.repository.js'
import { decodeCursor, encodeCursor, type KeysetPosition } from '../repositories/keyset-cursor.js'

/** Reads of the audit are audited themselves, before they are answered. */
export interface AuditService {
  /** Whether the chain was whole when this process verified it last; undefined: it has not yet. */
  readonly lastVerified: boolean | undefined
  /** Newest first; limit 1 to 1000. @throws GatewayError VALIDATION_FAILED for a cursor that is none. */
  list(
    actor: Actor,
    query: AuditFilter & { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ readonly items: readonly AuditRecord[]; readonly nextCursor: string | null }>
  /** Every row that matches, as text/csv in pieces of some hundred rows. */
  csv(actor: Actor, filter: AuditFilter): AsyncGenerator<string>
  /** @throws GatewayError VALIDATION_FAILED for a head that this key has not signed; the signal's reason. */
  verify(actor: Actor, options?: VerifyOptions): Promise<AuditVerification>
  /** Where the chain ends now, signed. @throws GatewayError AUDIT_KEY_MISMATCH: a head of another key proves nothing. */
  head(actor: Actor): Promise<string>
}

export interface AuditServiceOptions {
  readonly db: Kysely<Database>
  readonly clock: Clock
  /** @throws GatewayError CONFIG_INVALID where it is not known: a command of another machine. */
  readonly auditKey: () => string
}

const rowsPerPiece = 500

export function createAuditService({ db, clock, auditKey }: AuditServiceOptions): AuditService {
  let lastVerified: boolean | undefined
  return {
    get lastVerified() {
      return lastVerified
    },

    async list(actor, { limit, cursor, ...filter }) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor, 'audit')
      await recordAudit(db, actor, { action: 'audit.list', details: given(filter) })
      const rows = await listAuditRows(db, filter, { limit: limit + 1, after })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      return {
        items: page.map(auditRecord),
        nextCursor: last ? encodeCursor(placeOf(last), 'audit') : null,
      }
    },

    async *csv(actor, filter) {
      await recordAudit(db, actor, { action: 'audit.export', details: given(filter) })
      yield auditCsvHead
      for (let after: KeysetPosition | undefined; ; ) {
        const rows = await listAuditRows(db, filter, { limit: rowsPerPiece, after })
        if (rows.length === 0) return
        yield auditCsvLines(rows.map(auditRecord))
        after = placeOf(rows.at(-1)!)
      }
    },

    async verify(actor, options) {
      const found = await verifyAudit(db, auditKey(), options)
      const { ok, checked, broken } = found
      lastVerified = ok
      const details = { ok, checked, ...(broken ? { brokenSeq: broken.seq } : {}) }
      await recordAudit(db, actor, { action: 'audit.verify', details })
      return found
    },

    head: actor =>
      inTransaction(db, async transaction => {
        await checkAuditKey(transaction, auditKey())
        const link = (await lastLink(transaction)) ?? chainStart
        await recordAudit(transaction, actor, { action: 'audit.head', details: { seq: String(link.seq) } })
        return signHead(auditKey(), link, new Date(clock.now()))
      }),
  }
}

/** What was looked for, less texts that somebody typed. */
function given({ userId, ...others }: AuditFilter): Record<string, string> {
  const names = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  return { ...(userId === undefined ? {} : { userId }), filters: names.join(' ') }
}

function placeOf({ exact_timestamp, id }: ListedAuditRow): KeysetPosition {
  return { at: exact_timestamp, id }
}

export function auditRecord(row: ListedAuditRow): AuditRecord {
  return {
    id: row.id,
    timestamp: row.timestamp,
    seq: row.seq,
    userId: row.user_id,
    user: row.email ?? row.pseudonym,
    userRole: row.user_role,
    action: row.action,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    requestId: row.request_id,
    ipAddress: row.ip_address,
    userAgent: row.user_agent,
    service: row.service_name,
    endpoint: row.endpoint,
    success: row.success,
    statusCode: row.status_code,
    error: row.error_message,
    details: auditDetails(row.additional_data),
  }
}
