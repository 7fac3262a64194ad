import { type Kysely, sql } from 'kysely'
import type { Database } from '../db/schema.js'
import { exactTime, type KeysetPosition } from './keyset-cursor.js'

export interface AuditFilter {
  readonly userId?: string | undefined
  readonly action?: string | undefined
  readonly resourceType?: string | undefined
  readonly resourceId?: string | undefined
  readonly requestId?: string | undefined
  /** Of feature flags. */
  readonly environment?: string | undefined
  readonly success?: boolean | undefined
  /** Inclusive. */
  readonly from?: string | undefined
  /** Exclusive. */
  readonly to?: string | undefined
}

export interface ListedAuditRow {
  readonly id: string
  readonly timestamp: Date
  readonly exact_timestamp: string
  readonly seq: string | null
  readonly user_id: string | null
  readonly email: string | null
  readonly pseudonym: string | null
  readonly user_role: string | null
  readonly action: string
  readonly resource_type: string | null
  readonly resource_id: string | null
  readonly request_id: string | null
  readonly ip_address: string | null
  readonly user_agent: string | null
  readonly service_name: string
  readonly endpoint: string | null
  readonly success: boolean
  readonly status_code: number | null
  readonly error_message: string | null
  readonly additional_data: unknown
}

/** Newest first, those behind `after`. Who a row speaks of is looked up, and so can be forgotten. */
export function listAuditRows(
  db: Kysely<Database>,
  filter: AuditFilter,
  { limit, after }: { readonly limit: number; readonly after?: KeysetPosition | undefined },
): Promise<ListedAuditRow[]> {
  const { userId, action, resourceType, resourceId, requestId, environment, success, from, to } = filter
  let query = db
    .selectFrom('audit_logs as l')
    .leftJoin('audit_chain as c', 'c.audit_id', 'l.id')
    .leftJoin('users as u', 'u.id', 'l.user_id')
    .leftJoin('deleted_users as d', 'd.user_id', 'l.user_id')
    .selectAll('l')
    .select(['c.seq', 'u.email', 'd.pseudonym', exactTime('l.timestamp').as('exact_timestamp')])
  if (userId !== undefined) query = query.where('l.user_id', '=', userId)
  if (action !== undefined) query = query.where('l.action', '=', action)
  if (resourceType !== undefined) query = query.where('l.resource_type', '=', resourceType)
  if (resourceId !== undefined) query = query.where('l.resource_id', '=', resourceId)
  if (requestId !== undefined) query = query.where('l.request_id', '=', requestId)
  if (environment !== undefined)
    query = query.where(sql<boolean>`l.additional_data ->> 'environment' = ${environment}`)
  if (success !== undefined) query = query.where('l.success', '=', success)
  if (from !== undefined) query = query.where('l.timestamp', '>=', sql<Date>`${from}::timestamptz`)
  if (to !== undefined) query = query.where('l.timestamp', '<', sql<Date>`${to}::timestamptz`)
  if (after)
    query = query.where(sql<boolean>`(l.timestamp, l.id) < (${after.at}::timestamptz, ${after.id}::uuid)`)
  return query.orderBy('l.timestamp', 'desc').orderBy('l.id', 'desc').limit(limit).execute() as Promise<
    ListedAuditRow[]
  >
}
