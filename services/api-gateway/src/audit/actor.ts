import type { Role } from '../db/schema.js'

/** Who acts, and from where: what every audit row says. */
export interface Actor {
  /** Null for the command line, the gateway itself, and callers that have not logged in. */
  readonly userId: string | null
  readonly role: Role | null
  readonly service: 'api-gateway' | 'command-line'
  readonly requestId: string | null
  readonly ipAddress: string | null
  readonly userAgent: string | null
  /** The route's template with its method, or the command's words; never a URL. */
  readonly endpoint: string | null
}

/** An actor with an account. */
export interface UserActor extends Actor {
  readonly userId: string
  readonly role: Role
}

const nobody = { userId: null, role: null, requestId: null, ipAddress: null, userAgent: null }

/** The gateway's own doing, such as its first start. */
export function gatewayActor(endpoint: string): Actor {
  return { ...nobody, service: 'api-gateway', endpoint }
}

/** Whoever may use the command line; `words` as in 'kb import'. */
export function commandActor(words: string): Actor {
  return { ...nobody, service: 'command-line', endpoint: `voiceassist ${words}` }
}
