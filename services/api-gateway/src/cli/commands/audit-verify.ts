import type { AuditVerification } from '../../audit/verify-audit.js'
import type { Command } from '../command.js'

export interface AuditVerifyArguments {
  /** A signed head that was kept elsewhere. */
  readonly head?: string
}

const heads: Record<AuditVerification['head'], string | undefined> = {
  'not given': undefined,
  held: 'the chain holds the head that was given',
  cut: 'the chain ends before the head that was given: rows were cut off its end',
  other: 'the chain has another row where the head was: its end was written anew',
}

export const auditVerify: Command<AuditVerifyArguments> = async (
  { dependencies, actor, out, signal },
  { head },
) => {
  const found = await dependencies.services.audit.verify(actor, {
    head,
    onProgress: progress => out.progress({ label: 'Verifying', unit: 'rows', failed: 0, ...progress }),
    signal,
  })
  const { ok, checked, broken, unsealed } = found
  out.line(`${checked} sealed rows are as they were written`)
  if (broken) out.error(`broken at seq ${broken.seq} (row ${broken.auditId}): ${broken.reason}`)
  if (broken?.seq === '1') out.error('AUDIT_HMAC_KEY may be another key than that of the gateway')
  const headState = heads[found.head]
  if (headState) out[found.head === 'held' ? 'line' : 'error'](headState)
  if (unsealed.count > 0)
    out.line(`${unsealed.count} rows are not sealed yet, the oldest of ${unsealed.oldest?.toISOString()}`)
  return ok ? 0 : 1
}
