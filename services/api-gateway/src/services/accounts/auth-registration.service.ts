import type { Actor } from '../../audit/actor.js'
import { inTransaction } from '../../db/held-transaction.js'
import { GatewayError, type GatewayErrorCode } from '../../errors.js'
import type { FlagDecisions } from '../../flags/flag-decisions.js'
import { recordAudit } from '../../repositories/audit-logs.repository.js'
import { insertUser } from '../../repositories/users.repository.js'
import { checkedEmail, checkedFullName, checkPassword } from './account-rules.js'
import type { AuthParts } from './auth-parts.js'

export interface Registration {
  readonly email: string
  readonly password: string
  readonly fullName?: string | undefined
}

export interface RegistrationService {
  /**
   * Makes an account of the role `user`. One that exists stays as it is, and the caller is not told.
   * @throws GatewayError REGISTRATION_CLOSED, VALIDATION_FAILED that names the field, TOO_MANY_ATTEMPTS, or OVERLOADED
   */
  register(actor: Actor, registration: Registration): Promise<void>
}

export function createRegistrationService(
  { db, hasher, throttle }: AuthParts,
  { registrationIsOpen }: Pick<FlagDecisions, 'registrationIsOpen'>,
): RegistrationService {
  async function refuse(actor: Actor, error: GatewayErrorCode): Promise<void> {
    await recordAudit(db, actor, { action: 'auth.register', error })
  }

  return {
    async register(actor, { email, password, fullName }) {
      if (!registrationIsOpen()) {
        await refuse(actor, 'REGISTRATION_CLOSED')
        throw new GatewayError('REGISTRATION_CLOSED', 'Accounts are made by administrators here')
      }
      const user = { email: checkedEmail(email), full_name: checkedFullName(fullName), role: 'user' as const }
      checkPassword(password, user.email, 'password')
      await throttle
        .begin(throttle.address(actor.ipAddress, 'registration'))
        .catch(async (error: unknown) => {
          if (error instanceof GatewayError && error.code === 'TOO_MANY_ATTEMPTS')
            await refuse(actor, error.code)
          throw error
        })
      const hashed_password = await hasher.hash(password) // also where it is thrown away: both take as long
      await inTransaction(db, async transaction => {
        const row = await insertUser(transaction, { ...user, hashed_password })
        await recordAudit(transaction, actor, {
          action: 'auth.register',
          ...(row
            ? { resource: { type: 'user', id: row.id } }
            : {
                error: 'EMAIL_TAKEN',
                details: { account: throttle.account(user.email).key.toString('hex', 0, 8) },
              }),
        })
      })
    },
  }
}
