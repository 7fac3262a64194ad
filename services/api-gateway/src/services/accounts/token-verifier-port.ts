import type { Role } from '../../db/schema.js'

/** Who makes a request. */
export interface Principal {
  readonly userId: string
  readonly role: Role
  /** The login, of `auth_sessions`. */
  readonly sessionId: string
}

export interface TokenVerifier {
  /** @throws GatewayError UNAUTHENTICATED unless the token is valid, its login alive and its account active. */
  verify(accessToken: string): Promise<Principal>
}
