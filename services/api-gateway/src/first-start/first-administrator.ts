import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { gatewayActor } from '../audit/actor.js'
import type { Database } from '../db/schema.js'
import { GatewayError } from '../errors.js'
import type { AuthService } from '../services/accounts/auth.service.js'

export interface FirstAdministrator {
  readonly email: string
  readonly password: string
}

const email = 'admin@voiceassist.local'
const passwordBytes = 15 // twenty characters of base64url

/** Makes an administrator where there is no user at all. The password is kept nowhere but in what this returns. */
export async function createFirstAdministrator(
  db: Kysely<Database>,
  auth: Pick<AuthService, 'createUser'>,
): Promise<FirstAdministrator | undefined> {
  const someone = await db.selectFrom('users').select('id').limit(1).executeTakeFirst()
  if (someone) return undefined
  const password = randomBytes(passwordBytes).toString('base64url')
  try {
    await auth.createUser(gatewayActor('first start'), {
      email,
      password,
      fullName: 'Administrator',
      role: 'admin',
    })
  } catch (error) {
    // Another gateway that starts on the same database was quicker.
    if (error instanceof GatewayError && error.code === 'EMAIL_TAKEN') return undefined
    throw error
  }
  return { email, password }
}
