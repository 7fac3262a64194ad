import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import { lastLink, readLinks } from '../repositories/audit-chain.repository.js'
import { chainStart } from './audit-chain.js'
import { reasonOf } from './verify-audit.js'

/**
 * Refuses a key under which neither the first link nor the last is sound. One of the two may have been tampered with,
 * which is for `verify` to say and no reason to stay down.
 * @throws GatewayError AUDIT_KEY_MISMATCH.
 */
export async function checkAuditKey(db: Kysely<Database>, key: string): Promise<void> {
  const last = await lastLink(db)
  if (!last) return
  const [first] = await readLinks(db, 0n, 1)
  if (first && !reasonOf(key, chainStart, first)) return
  const [before, end] = last.seq > 1n ? await readLinks(db, last.seq - 2n, 2) : []
  if (before && end && !reasonOf(key, before, end)) return
  throw new GatewayError(
    'AUDIT_KEY_MISMATCH',
    'The audit rows of this database were sealed with another key',
    {
      field: 'AUDIT_HMAC_KEY',
      remedy:
        'Set AUDIT_HMAC_KEY to the key that they were sealed with, or DATA_DIR to the folder that holds its audit-key.json',
    },
  )
}
