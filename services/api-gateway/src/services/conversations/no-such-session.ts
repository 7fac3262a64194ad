import { GatewayError } from '../../errors.js'

/** Also for a session of another user: nobody learns that it is there. */
export function noSuchSession(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no such session')
}
