import { compileSnapshot, type EvaluationContext, type EvaluationDetails } from '@voiceassist/feature-flags'
import type { Actor } from '../../audit/actor.js'
import type { AuditRecord } from '../../audit/audit-record.js'
import { GatewayError } from '../../errors.js'
import { listAuditRows } from '../../repositories/audit-list.repository.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import { decodeCursor, encodeCursor } from '../../repositories/keyset-cursor.js'
import { auditRecord } from '../audit.service.js'
import { environmentNow } from './environment-now.js'
import { explained } from './explained-evaluation.js'
import type { FlagParts, FlagScope } from './flag-change.js'

export interface InspectedEvaluation {
  readonly revision: number
  readonly details: EvaluationDetails
  /** The rule that served. */
  readonly rule: { readonly id: string; readonly description: string | null } | null
  /** Why, for people. */
  readonly why: string
}

export interface FlagHistory {
  readonly items: readonly AuditRecord[]
  readonly nextCursor: string | null
}

export interface FlagInspectionService {
  /** By what the database has now, whatever this gateway has in memory. @throws GatewayError NOT_FOUND. */
  evaluate(name: string, context: EvaluationContext, scope?: FlagScope): Promise<InspectedEvaluation>
  /** The flag's audit rows, latest first; audited itself. Also of a flag that was deleted. */
  history(
    actor: Actor,
    name: string,
    query: FlagScope & { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<FlagHistory>
}

export function createFlagInspectionService({
  db,
  clock,
  environment: own,
}: FlagParts): FlagInspectionService {
  return {
    async evaluate(name, context, { environment = own } = {}) {
      const snapshot = await environmentNow(db, environment)
      const flag = snapshot.flags.find(one => one.name === name)
      if (!flag) throw new GatewayError('NOT_FOUND', 'There is no such flag in this environment')
      const compiled = compileSnapshot(snapshot)
      const nowMs = clock.now()
      const details = compiled.evaluate(name, undefined, context, nowMs, false)
      const rule = flag.targetingRules.find(({ id }) => id === details.ruleId)
      return {
        revision: snapshot.revision,
        details,
        rule: rule ? { id: rule.id, description: rule.description ?? null } : null,
        why: explained(flag, details, compiled, context, nowMs),
      }
    },

    async history(actor, name, { environment = own, limit, cursor }) {
      const scope = `history of ${environment} ${name}`
      const after = cursor === undefined ? undefined : decodeCursor(cursor, scope)
      await recordAudit(db, actor, { action: 'audit.list', details: { environment, flag: name } })
      const filter = { resourceType: 'flag', resourceId: name, environment }
      const rows = await listAuditRows(db, filter, { limit: limit + 1, after })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      return {
        items: page.map(auditRecord),
        nextCursor: last ? encodeCursor({ at: last.exact_timestamp, id: last.id }, scope) : null,
      }
    },
  }
}
