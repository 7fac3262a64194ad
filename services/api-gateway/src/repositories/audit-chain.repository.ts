import { type Kysely, sql } from 'kysely'
import type { AuditFacts, ChainLink } from '../audit/audit-chain.js'
import type { Database } from '../db/schema.js'

const chainLock = 8_306_003

/** Every column of `audit_logs`, in the order in which the chain takes them. Never changed, only added to. */
export const auditFactColumns = [
  'id',
  'timestamp',
  'user_id',
  'user_role',
  'action',
  'resource_type',
  'resource_id',
  'request_id',
  'ip_address',
  'user_agent',
  'service_name',
  'endpoint',
  'success',
  'status_code',
  'error_message',
  'additional_data',
] as const

/** In seconds, to the microsecond: a date as it is written loses its era. */
const exactly = 'extract(epoch from l.timestamp)::text'
const facts = sql.raw(
  auditFactColumns
    .map(column => `${column === 'timestamp' ? exactly : `l.${column}::text`} as "${column}"`)
    .join(', '),
)

type FactRow = Record<(typeof auditFactColumns)[number], string | null>

function factsOf(row: FactRow): AuditFacts {
  return auditFactColumns.map(column => row[column])
}

export interface UnsealedRow {
  readonly id: string
  readonly facts: AuditFacts
}

/** Whether this transaction is the one that may append to the chain. */
export async function tryLockChain(transaction: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(${chainLock}) as locked`.execute(transaction)
  return rows[0]?.locked === true
}

export async function hasUnsealed(db: Kysely<Database>): Promise<boolean> {
  const row = await db.selectFrom('audit_unsealed').select('audit_id').limit(1).executeTakeFirst()
  return row !== undefined
}

/** Takes at most `limit` rows off the queue, the older ones of them first; those that are sealed already do not count. */
export async function takeUnsealed(transaction: Kysely<Database>, limit: number): Promise<UnsealedRow[]> {
  const { rows } = await sql<FactRow & { id: string }>`
    with taken as (
      delete from audit_unsealed where audit_id in (select audit_id from audit_unsealed limit ${limit})
      returning audit_id
    )
    select ${facts} from taken join audit_logs l on l.id = taken.audit_id
    where not exists (select from audit_chain c where c.audit_id = l.id)
    order by l.timestamp, l.id`.execute(transaction)
  return rows.map(row => ({ id: row.id, facts: factsOf(row) }))
}

export async function lastLink(db: Kysely<Database>): Promise<ChainLink | undefined> {
  const row = await db
    .selectFrom('audit_chain')
    .select(['seq', 'hmac'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { seq: BigInt(row.seq), hmac: row.hmac }
}

export async function appendLinks(
  transaction: Kysely<Database>,
  links: readonly (ChainLink & { readonly id: string })[],
): Promise<void> {
  await sql`
    insert into audit_chain (seq, audit_id, hmac)
    select * from unnest(${links.map(link => String(link.seq))}::bigint[], ${links.map(link => link.id)}::uuid[],
      ${links.map(link => link.hmac)}::bytea[])`.execute(transaction)
}

export interface StoredLink extends ChainLink {
  readonly auditId: string
  /** Null when the row is gone. */
  readonly facts: AuditFacts | null
}

/** The links behind `seq`, in their order. */
export async function readLinks(db: Kysely<Database>, seq: bigint, limit: number): Promise<StoredLink[]> {
  const { rows } = await sql<FactRow & { seq: string; audit_id: string; hmac: Buffer }>`
    select c.seq, c.audit_id, c.hmac, ${facts}
    from audit_chain c left join audit_logs l on l.id = c.audit_id
    where c.seq > ${String(seq)} order by c.seq limit ${limit}`.execute(db)
  return rows.map(row => ({
    seq: BigInt(row.seq),
    hmac: row.hmac,
    auditId: row.audit_id,
    facts: row.id === null ? null : factsOf(row),
  }))
}

/** Looks at the rows themselves, since the queue can be tampered with. */
export async function unsealedTail(
  db: Kysely<Database>,
): Promise<{ readonly count: number; readonly oldest: Date | null }> {
  const { rows } = await sql<{ count: number; oldest: Date | null }>`
    select count(*)::int as count, min(l.timestamp) as oldest
    from audit_logs l where not exists (select from audit_chain c where c.audit_id = l.id)`.execute(db)
  return rows[0]!
}
