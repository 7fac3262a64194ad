/** The SQLSTATE of a server's error; 'connection' for every other: a lost connection, a time-out, a failed decoding. */
export function sqlStateOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('severity' in error) || !('code' in error))
    return 'connection'
  return typeof error.code === 'string' ? error.code : 'connection'
}
