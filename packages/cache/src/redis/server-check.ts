import type { Redis } from 'ioredis'
import { CacheError } from '../cache-error.js'
import { publish } from '../cache-events.js'
import { replyCode } from './redis-error.js'

/**
 * Why the cache cannot keep its word on this server, or `undefined`. INFO is needed in any case: scripts compare the
 * replication id with it. `allkeys-*` is allowed, since what it may evict is lost as a whole, and a partition that
 * lost its records is cold, not wrong; an event says so.
 */
export async function checkServer(client: Redis, clustered: boolean): Promise<CacheError | undefined> {
  let info: ReadonlyMap<string, string>
  try {
    info = parseInfo(await client.info())
  } catch (error) {
    if (replyCode(error) === 'NOPERM')
      return refuse('Redis refuses INFO', 'Allow this user +info and +config|get')
    throw error
  }
  const refusal = unsuitable(info, clustered)
  if (!refusal && info.get('maxmemory_policy')?.startsWith('allkeys'))
    publish({
      kind: 'remote-unsuitable',
      refused: false,
      error: new CacheError(
        'CACHE_REMOTE_UNSUITABLE',
        `Redis may evict the cache's records: maxmemory-policy is ${info.get('maxmemory_policy')}`,
        { remedy: 'Set noeviction or volatile-lru; until then an eviction can make a partition cold' },
      ),
    })
  return refusal
}

function unsuitable(info: ReadonlyMap<string, string>, clustered: boolean): CacheError | undefined {
  const valkey = info.get('valkey_version')
  const version = valkey ?? info.get('redis_version') ?? '0'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 7 || (valkey && major === 7 && minor < 2))
    return refuse(`The server's version is ${version}`, 'Use Redis 7 or newer, or Valkey 7.2 or newer')
  if ((info.get('cluster_enabled') === '1') !== clustered)
    return clustered
      ? refuse('The server is no node of a cluster', 'Name it as url instead of cluster')
      : refuse('The server is a node of a cluster', 'Name its nodes as cluster instead of url')
  if (info.get('role') !== 'master')
    return refuse('The server is a replica', 'Name the master, or the Sentinels or nodes that know it')
  return undefined
}

function refuse(what: string, remedy: string): CacheError {
  const error = new CacheError('CACHE_REMOTE_UNSUITABLE', what, { remedy })
  publish({ kind: 'remote-unsuitable', refused: true, error })
  return error
}

export function parseInfo(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) found.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return found
}
