import { CacheError } from '../cache-error.js'

/**
 * An error without what the client hangs on it: the command's arguments hold keys, values and, while a connection is
 * set up, passwords. Servers quote arguments only to tell that they know no such command, so of an answer its first
 * word stays, and of a script's failure the text.
 */
export function redisError(error: unknown): CacheError {
  if (error instanceof CacheError) return error
  const message = error instanceof Error ? error.message : ''
  const code = replyCode(error)
  const facts = /script/.test(message) && !/unknown command/i.test(message) ? message.slice(0, 200) : code
  return new CacheError('CACHE_REMOTE_UNAVAILABLE', `Redis does not serve this: ${facts}`, {
    remedy: 'The cache goes on without it and tries again by itself',
  })
}

/** `READONLY`, `MOVED`, …, or the system's code, such as `ECONNREFUSED`. */
export function replyCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string') return code
  return /^[A-Z]{2,}(?= )/.exec(error.message)?.[0] ?? 'the connection failed'
}

/** Whether a script was refused, before its first step, since memory is full. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /^-?OOM /.test(error.message)
}

/** Answers of a server that is not, or no longer, the one to ask: inside a script too. */
export function isElsewhere(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^-?(MOVED|READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|UNBLOCKED) /.test(error.message)
  )
}
