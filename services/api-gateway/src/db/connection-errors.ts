import { GatewayError } from '../errors.js'

/**
 * A connection broke after it had been lent. Whether the statement that was on its way took effect is not known;
 * a transaction that was open did not.
 */
export class ConnectionLost extends GatewayError {
  constructor(cause: unknown) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    super('DATABASE_UNREACHABLE', `The connection to the database broke: ${detail}`, {
      remedy: 'Try again; the gateway connects anew by itself as soon as the server answers',
      cause,
    })
  }
}

const passingCodes = new Set([
  'ECONNREFUSED', // the server is down or restarting
  'ECONNRESET',
  'EPIPE',
  'ENOENT', // a Unix socket that the server has not made yet
  'ETIMEDOUT',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up, or in recovery
  '53300', // too_many_connections
])

const passingMessages = /^Connection terminated|^Client (has encountered a connection error|was closed)/

/** Whether a connection attempt that failed so may succeed soon without anybody's doing. */
export function isPassingConnectionError(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true
  if (error instanceof AggregateError) return error.errors.every(isPassingConnectionError)
  if (!(error instanceof Error)) return false
  return (
    passingCodes.has((error as Error & { code?: string }).code ?? '') || passingMessages.test(error.message)
  )
}

/** What a lent connection's statement is answered with: the server's own error, or that the connection is gone. */
export function asConnectionLost(error: unknown): unknown {
  return !(error instanceof GatewayError) && isPassingConnectionError(error)
    ? new ConnectionLost(error)
    : error
}

const remedies: Record<string, string> = {
  '28P01': 'Check user and password in DATABASE_URL, PGPASSWORD or .pgpass',
  '28000': 'Check the user in DATABASE_URL and the server’s pg_hba.conf',
  '3D000': 'Create the database that DATABASE_URL names',
  '53300': 'Lower DB_POOL_SIZE and DB_MAX_OVERFLOW, or raise max_connections on the server',
  ENOTFOUND: 'Check the host in DATABASE_URL',
}

/** The error for a database that cannot be reached; it names no password and no statement. */
export function unreachable(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause
  const first = cause instanceof AggregateError ? cause.errors[0] : cause
  const code = (first as { code?: string } | undefined)?.code
  const detail = first instanceof Error ? first.message : String(first)
  return new GatewayError('DATABASE_UNREACHABLE', `The database does not answer: ${detail}`, {
    remedy: (code && remedies[code]) || 'Start the PostgreSQL server, or correct DATABASE_URL',
    cause,
  })
}
