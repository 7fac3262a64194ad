import { checkFlag, type FlagDefinition } from '@voiceassist/feature-flags'
import type { Kysely } from 'kysely'
import type { Actor } from '../../audit/actor.js'
import type { AuditAction, AuditEntry } from '../../audit/audit-actions.js'
import type { Database } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import {
  findFlag,
  killFlag,
  type StoredFlag,
  updateFlag,
} from '../../repositories/feature-flags.repository.js'
import { definitionOf } from '../../repositories/flag-rows.js'
import { environmentNow } from './environment-now.js'
import { checked, checkFlagFits } from './flag-checks.js'
import { changedFacts } from './flag-facts.js'

/** @throws GatewayError NOT_FOUND. */
export async function existingFlag(
  db: Kysely<Database>,
  environment: string,
  name: string,
): Promise<StoredFlag> {
  const row = await findFlag(db, environment, name)
  if (!row) throw new GatewayError('NOT_FOUND', 'There is no such flag in this environment')
  return row
}

/**
 * A flag with some fields changed, if it and its environment hold together so.
 * @throws GatewayError VALIDATION_FAILED that names the field, or FLAG_IN_USE.
 */
export async function patchedFlag(
  transaction: Kysely<Database>,
  environment: string,
  before: FlagDefinition,
  patch: Partial<Record<keyof FlagDefinition, unknown>>,
): Promise<FlagDefinition> {
  const after = checked(() => checkFlag({ ...before, ...patch }))
  checkFlagFits(await environmentNow(transaction, environment), after)
  return after
}

/**
 * Stores a patched flag with its audit row, in the caller's transaction. A kill is stored whatever else the flag says: no
 * fault of it, or of its neighbours, may stand in the way.
 */
export async function storePatched(
  transaction: Kysely<Database>,
  actor: Actor,
  row: StoredFlag,
  patch: Partial<Record<keyof FlagDefinition, unknown>>,
  { action, details = {} }: { readonly action: AuditAction; readonly details?: AuditEntry['details'] },
): Promise<StoredFlag> {
  const { environment } = row
  const before = definitionOf(row)
  const isKill = action === 'flag.kill'
  const after = isKill
    ? { ...before, killed: true }
    : await patchedFlag(transaction, environment, before, patch)
  const stored = isKill
    ? await killFlag(transaction, environment, row.name)
    : await updateFlag(transaction, environment, after)
  const facts = { environment, revision: Number(stored.revision), ...details, ...changedFacts(before, after) }
  await recordAudit(transaction, actor, { action, resource: { type: 'flag', id: row.name }, details: facts })
  return stored
}
