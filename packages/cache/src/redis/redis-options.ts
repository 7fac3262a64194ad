import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { CacheError } from '../cache-error.js'

export interface RedisTierLimits {
  /** Sockets of this process: one for each master and one for messages. @default 50 */
  readonly maxConnections?: number
  /** A connection that answered nothing for so long is asked, and dropped without an answer. @default 30000 */
  readonly healthCheckIdleMs?: number
}

export interface RedisAddress {
  readonly host: string
  readonly port: number
}

/** ioredis's own options, such as `password`, `tls`, `db`, `connectTimeout`; the tier sets how to reconnect. */
export type RedisConnectionOptions = Omit<
  RedisOptions,
  | 'keyPrefix'
  | 'lazyConnect'
  | 'retryStrategy'
  | 'enableOfflineQueue'
  | 'autoResendUnfulfilledCommands'
  | 'maxRetriesPerRequest'
  | 'enableAutoPipelining'
  | 'readOnly'
  | 'monitor'
>

/** One server, as `url` or `host` and `port`; or the master that `sentinels` know as `name`. */
export type RedisServerOptions = RedisTierLimits & RedisConnectionOptions & { readonly url?: string }

/** Some nodes of a cluster, which tell the others. */
export type RedisClusterOptions = RedisTierLimits &
  Omit<RedisConnectionOptions, 'host' | 'port' | 'path' | 'sentinels' | 'db'> & {
    readonly cluster: readonly RedisAddress[]
  }

/** A client of yours: never closed nor written over, apart from one subscription on a duplicate. */
export type RedisClientOptions = RedisTierLimits & { readonly client: Redis | Cluster }

export type RedisTierOptions = RedisServerOptions | RedisClusterOptions | RedisClientOptions

export interface RedisSettings {
  readonly maxConnections: number
  readonly healthCheckIdleMs: number
  readonly server:
    | { readonly kind: 'single'; readonly url: string | undefined; readonly options: RedisOptions }
    | {
        readonly kind: 'cluster'
        readonly seeds: () => readonly RedisAddress[]
        readonly options: RedisOptions
      }
    | { readonly kind: 'client'; readonly client: Redis }
}

/** @throws CacheError CACHE_OPTION_INVALID. A URL is never quoted: it may hold a password. */
export function readRedisOptions(given: RedisTierOptions): RedisSettings {
  const all = { ...given } as RedisServerOptions & Partial<RedisClusterOptions> & Partial<RedisClientOptions>
  const { maxConnections = 50, healthCheckIdleMs = 30_000, url, cluster, client, ...rest } = all
  const ways = { url, cluster, client, sentinels: rest.sentinels, host: rest.host, path: rest.path }
  const named = Object.entries(ways).filter(([, value]) => value !== undefined && value !== null)
  if (named.length !== 1)
    throw invalid(
      'redis',
      `Redis is named by ${named.length === 0 ? 'nothing' : named.map(([name]) => name).join(' and ')}`,
      'Give exactly one of url, host, path, sentinels, cluster and client',
    )
  if (url !== undefined && !/^rediss?:\/\/./.test(url))
    throw invalid('url', 'The URL of Redis does not begin with redis:// or rediss://')
  if (!Number.isInteger(healthCheckIdleMs) || healthCheckIdleMs < 1000)
    throw invalid('healthCheckIdleMs', `healthCheckIdleMs is ${healthCheckIdleMs}`, 'Give at least 1000')
  if (((rest as RedisOptions).keyPrefix ?? client?.options.keyPrefix) || undefined)
    throw invalid(
      'keyPrefix',
      'A keyPrefix would move keys to other slots',
      "Use the cache's own prefix option",
    )
  const server = readServer(url, cluster, client, rest)
  // A cluster's map is read over a connection of its own while no master is known.
  const least = server.kind === 'cluster' ? 3 : 2
  if (!Number.isInteger(maxConnections) || maxConnections < least)
    throw invalid('maxConnections', `maxConnections is ${maxConnections}`, `Give at least ${least}`)
  return { maxConnections, healthCheckIdleMs, server }
}

function readServer(
  url: string | undefined,
  cluster: readonly RedisAddress[] | undefined,
  client: Redis | Cluster | undefined,
  options: RedisOptions,
): RedisSettings['server'] {
  if (client?.isCluster) {
    const known = client as Cluster
    const seeds = () =>
      known.nodes('all').map(({ options: { host = 'localhost', port = 6379 } }) => ({ host, port }))
    const { host: _, port: __, ...shared } = (known.options.redisOptions ?? {}) as RedisOptions
    const natMap = known.options.natMap
    return { kind: 'cluster', seeds, options: natMap ? { ...shared, natMap } : shared }
  }
  if (client) return { kind: 'client', client: client as Redis }
  if (!cluster) return { kind: 'single', url, options }
  if (cluster.length === 0) throw invalid('cluster', 'The cluster has no nodes', 'Name one at least')
  return { kind: 'cluster', seeds: () => cluster, options }
}

function invalid(field: string, message: string, remedy?: string): CacheError {
  return new CacheError('CACHE_OPTION_INVALID', message, remedy ? { field, remedy } : { field })
}

/** At most a second between attempts, not all instances at once. */
export function reconnectDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 5), 800) * (0.75 + Math.random() / 2)
}

/** What the protocol needs of a connection: nothing is kept back, sent twice, or sent to a replica. */
export const linkOptions = {
  lazyConnect: true,
  retryStrategy: reconnectDelayMs,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: false,
  readOnly: false,
  keyPrefix: '',
} satisfies RedisOptions

/** For one connection that is never made again by itself. */
export const onceOptions = { ...linkOptions, retryStrategy: () => null } satisfies RedisOptions
