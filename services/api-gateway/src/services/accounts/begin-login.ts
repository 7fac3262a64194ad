import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Database } from '../../db/schema.js'
import { deleteExpiredAuthSessions, insertAuthSession } from '../../repositories/auth-sessions.repository.js'
import type { AuthParts } from './auth-parts.js'
import { newRefreshToken } from './refresh-token.js'
import type { User } from './user.js'

/** A login with its tokens, as its client gets them. */
export interface Login {
  readonly accessToken: string
  readonly expiresInSeconds: number
  /** Good once; the answer to it has the next. */
  readonly refreshToken: string
  /** How long it is good if the login is not used meanwhile. */
  readonly refreshExpiresInSeconds: number
  readonly user: User
}

/** A login that is stored, before its tokens are signed. */
export interface StoredLogin {
  readonly sessionId: string
  readonly refreshToken: string
  readonly endsAt: Date
}

/** The transaction holds the user's row. */
export async function beginLogin(
  { clock, limits }: AuthParts,
  transaction: Transaction<Database>,
  userId: string,
): Promise<StoredLogin> {
  const at = new Date(clock.now())
  const endsAt = new Date(at.getTime() + limits.absoluteMs)
  const id = randomUUID()
  const refresh = newRefreshToken(id)
  await deleteExpiredAuthSessions(transaction, userId, at)
  await insertAuthSession(transaction, { id, userId, refreshHash: refresh.hash, at, expiresAt: endsAt })
  return { sessionId: id, refreshToken: refresh.text, endsAt }
}

export async function signLogin(
  { clock, limits, tokens }: AuthParts,
  { sessionId, refreshToken, endsAt }: StoredLogin,
  user: User,
): Promise<Login> {
  const access = await tokens.sign({ userId: user.id, sessionId }, endsAt)
  const leftMs = Math.max(0, Math.min(limits.idleMs, endsAt.getTime() - clock.now()))
  return {
    accessToken: access.text,
    expiresInSeconds: access.seconds,
    refreshToken,
    refreshExpiresInSeconds: Math.floor(leftMs / 1000),
    user,
  }
}
