import { GatewayError } from '../../errors.js'

const last = Date.parse('9999-12-31T23:59:59.999Z')

/** @throws GatewayError VALIDATION_FAILED for what is over, or so late that its year has five digits in UTC. */
export function timeToCome(field: string, text: string, nowMs: number): Date {
  const time = new Date(text)
  if (time.getTime() <= nowMs) throw new GatewayError('VALIDATION_FAILED', `${field} is over`, { field })
  if (time.getTime() <= last) return time
  throw new GatewayError('VALIDATION_FAILED', `${field} is after the year 9999 UTC`, { field })
}
