import { type DatabaseKind, FakeClock, type TempDatabase, tempDatabase } from '@voiceassist/testkit'
import { type Actor, gatewayActor, type UserActor } from '#src/audit/actor'
import type { OpenDatabase } from '#src/db/open-database'
import {
  type AuthService,
  type AuthServiceOptions,
  createAuthService,
} from '#src/services/accounts/auth.service'
import type { Login } from '#src/services/accounts/begin-login'
import type { PasswordHasher } from '#src/services/accounts/password-hasher'

export const password = 'correct horse battery'
export const tokenSecret = 'a secret of the tests, long enough for HS256'

/** Somebody at an address, who has not logged in. */
export function visitor(ipAddress: string | null = '192.0.2.1'): Actor {
  return { ...gatewayActor('test'), ipAddress }
}

export function as({ user }: Pick<Login, 'user'>, from = visitor()): UserActor {
  return { ...from, userId: user.id, role: user.role }
}

/** Quick, and no secret: for tests that are not about hashing. */
export const plainHasher: PasswordHasher = {
  hash: async given => `plain ${given}`,
  verify: async (stored, given) => stored === `plain ${given}`,
  needsRehash: () => false,
}

export interface AuthFixture {
  readonly clock: FakeClock
  readonly temp: TempDatabase
  readonly database: OpenDatabase
  readonly db: OpenDatabase['db']
  readonly auth: AuthService
  /** Another instance on the same database. */
  instance(options?: Partial<AuthServiceOptions>): AuthService
  /** Makes an account of the role `user` unless told otherwise, and logs in to it. */
  loggedIn(email: string, role?: 'user' | 'viewer' | 'admin'): Promise<Login>
  /** What was audited, oldest first. */
  audited(action?: string): Promise<AuditedRow[]>
  close(): Promise<void>
}

export interface AuditedRow {
  readonly action: string
  readonly user_id: string | null
  readonly resource_id: string | null
  readonly error_message: string | null
  readonly additional_data: object
}

export async function authFixture(
  kind: DatabaseKind,
  options: Partial<AuthServiceOptions> = {},
): Promise<AuthFixture> {
  const clock = new FakeClock(Date.UTC(2025, 5, 1, 12))
  const temp = await tempDatabase({ kind })
  const database = await temp.open()
  const { db } = database
  const instance = (more: Partial<AuthServiceOptions> = {}) =>
    createAuthService({ db, clock, tokenSecret, hasher: plainHasher, ...options, ...more })
  const auth = instance()
  return {
    clock,
    temp,
    database,
    db,
    auth,
    instance,
    async loggedIn(email, role = 'user') {
      await auth.createUser(visitor(), { email, password, role })
      return auth.login(visitor(), email, password)
    },
    audited: action =>
      db
        .selectFrom('audit_logs')
        .select(['action', 'user_id', 'resource_id', 'error_message', 'additional_data'])
        .$if(action !== undefined, query => query.where('action', '=', action!))
        .orderBy('timestamp')
        .execute(),
    close: () => temp.close(),
  }
}

/** What a promise was refused with, by its code. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'done',
    error => (error as { code?: string }).code ?? String(error),
  )
}
