import type { Transaction } from 'kysely'
import type { Actor } from '../../audit/actor.js'
import { inTransaction } from '../../db/held-transaction.js'
import type { Database } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import {
  exchangeRefreshHash,
  findLiveAuthSession,
  lockAuthSession,
  revokeAuthSession,
} from '../../repositories/auth-sessions.repository.js'
import { findUser, type UserRow } from '../../repositories/users.repository.js'
import { type AuthParts, actorAs } from './auth-parts.js'
import { type Login, type StoredLogin, signLogin } from './begin-login.js'
import { newRefreshToken, type RefreshToken, readRefreshToken, sameHash } from './refresh-token.js'
import { userOf } from './user.js'

export interface RefreshService {
  /**
   * Exchanges a refresh token for the next and an access token. It counts as use of the login, and does not move the
   * login's end. A token that was exchanged before ends the login: one of the two who hold it is a thief. That is so
   * also for a client that sends one token twice at the same time.
   * @throws GatewayError UNAUTHENTICATED
   */
  refresh(actor: Actor, refreshToken: string): Promise<Login>
}

type Exchange =
  | { readonly stored: StoredLogin; readonly user: UserRow }
  | { readonly refused: 'unknown' | 'reused' }

export function createRefreshService(parts: AuthParts): RefreshService {
  const { db, clock, limits, forget } = parts

  async function exchange(
    transaction: Transaction<Database>,
    actor: Actor,
    given: RefreshToken | undefined,
  ): Promise<Exchange> {
    const refuse = async (userId: string | null) => {
      await recordAudit(
        transaction,
        { ...actor, userId },
        {
          action: 'auth.refresh',
          error: 'UNAUTHENTICATED',
        },
      )
      return { refused: 'unknown' } as const
    }
    const held = given && (await lockAuthSession(transaction, given.sessionId))
    if (!held) return refuse(null)
    const { sessionId } = given
    const at = new Date(clock.now())
    const live = await findLiveAuthSession(transaction, {
      id: sessionId,
      userId: held.user_id,
      at,
      idleMs: limits.idleMs,
    })
    const user = await findUser(transaction, held.user_id)
    if (!live || !user) return refuse(held.user_id)
    const details = { login: sessionId }
    if (!sameHash(held.refresh_hash, given.hash)) {
      await revokeAuthSession(transaction, sessionId, at)
      await recordAudit(
        transaction,
        { ...actor, userId: user.id },
        {
          action: 'auth.refresh_reused',
          error: 'UNAUTHENTICATED',
          details,
        },
      )
      return { refused: 'reused' }
    }
    const next = newRefreshToken(sessionId)
    await exchangeRefreshHash(transaction, sessionId, { refreshHash: next.hash, at })
    await recordAudit(transaction, actorAs(actor, user), { action: 'auth.refresh', details })
    return { stored: { sessionId, refreshToken: next.text, endsAt: live.expires_at }, user }
  }

  return {
    async refresh(actor, refreshToken) {
      const given = readRefreshToken(refreshToken)
      const outcome = await inTransaction(db, transaction => exchange(transaction, actor, given))
      if ('stored' in outcome) return signLogin(parts, outcome.stored, userOf(outcome.user))
      if (given && outcome.refused === 'reused') await forget({ sessionId: given.sessionId })
      throw new GatewayError('UNAUTHENTICATED', 'The refresh token is not valid, or no longer')
    },
  }
}
