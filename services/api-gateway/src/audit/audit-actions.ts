import type { GatewayErrorCode } from '../errors.js'

/** Everything that is audited, with what a row of it says. `docs/audit.md` is tested against this table. */
export const auditActions = {
  'auth.login': 'A login, or one that failed: `error_message` has the code',
  'auth.refresh': 'A refresh token was exchanged, or refused',
  'auth.refresh_reused': 'A refresh token came a second time; its login was ended',
  'auth.logout': 'A login was ended by its user',
  'auth.password_change': 'A user changed the own password, or failed to',
  'auth.register': 'Somebody made an account, or tried to while registration is closed',
  'access.denied': 'A request of a known user that its role does not allow',
  'user.create': 'An account was made',
  'user.update': 'An account’s role, name or state was changed',
  'user.password_reset': 'An administrator gave an account a new password',
  'user.sessions_revoke': 'All logins of an account were ended',
  'user.delete': 'An account was deleted with its sessions and messages',
  'session.list': 'Sessions were listed, with their titles',
  'session.create': 'A session was begun',
  'session.read': 'A session was looked at',
  'session.update': 'A session was renamed',
  'session.end': 'A session was ended',
  'session.delete': 'A session was deleted with its messages',
  'session.export': 'A session was exported with its messages',
  'message.create': 'A message was stored',
  'message.answer': 'An answer was stored',
  'message.list': 'Messages were read',
  'message.read': 'A message was read',
  'message.feedback': 'A user said whether an answer helped',
  'document.create': 'A document was stored',
  'document.replace': 'A document was replaced',
  'document.reindex': 'A document was cut and embedded anew',
  'document.delete': 'A document was deleted',
  'kb.exchange_embedder': 'All vectors were replaced by those of another model',
  'cache.look': 'An administrator looked at what the cache keeps under a key',
  'cache.warm': 'An administrator had the cache filled with what was read most',
  'cache.invalidate': 'An administrator took values out of the cache',
  'flag.create': 'A feature flag was made',
  'flag.update': 'A feature flag was changed',
  'flag.toggle': 'A feature flag was enabled or disabled',
  'flag.kill': 'A feature flag was killed: it serves off to all',
  'flag.revive': 'A feature flag was brought back to what its rules say',
  'flag.archive': 'A feature flag was archived: it serves off to all',
  'flag.unarchive': 'A feature flag was taken out of the archive',
  'flag.delete': 'A feature flag was deleted',
  'flag.override': 'A user was given something else than a flag’s rules say',
  'flag.override_delete': 'A user’s override of a flag was taken away',
  'flag.schedule': 'A change of a flag was scheduled',
  'flag.schedule_cancel': 'A scheduled change of a flag was cancelled',
  'flag.schedule_apply': 'A scheduled change of a flag was made; `onBehalfOf` has who scheduled it',
  'flag.segment': 'A segment of users was made or changed',
  'flag.segment_delete': 'A segment of users was deleted',
  'audit.list': 'Audit rows were read',
  'audit.export': 'Audit rows were exported',
  'audit.verify': 'The chain was verified',
  'audit.head': 'A signed head was given out',
} as const satisfies Record<string, string>

export type AuditAction = keyof typeof auditActions
export type AuditResource = 'user' | 'session' | 'document' | 'flag' | 'flag_segment' | 'audit'

export interface AuditEntry {
  readonly action: AuditAction
  readonly resource?: { readonly type: AuditResource; readonly id: string }
  /** The code of the error that the actor was answered with; absent: it succeeded. */
  readonly error?: GatewayErrorCode
  /** Facts that are no PHI: ids, counts, roles, versions. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>
}
