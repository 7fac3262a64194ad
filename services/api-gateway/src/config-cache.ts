import { GatewayError } from './errors.js'

export interface RedisAddress {
  readonly host: string
  readonly port: number
}

/** A Redis or Valkey that gateways share: one server, a cluster, or the master that sentinels know by its name. */
export type RedisPlace =
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisAddress[] }
  | { readonly kind: 'sentinels'; readonly master: string; readonly nodes: readonly RedisAddress[] }

export interface RedisConfig {
  readonly place: RedisPlace
  readonly password: string | undefined
  readonly maxConnections: number
  readonly healthCheckIdleMs: number
}

export interface CacheConfig {
  /** False: every read goes to the source. */
  readonly enabled: boolean
  /** Absent: the embedded cache in the data folder. */
  readonly redis: RedisConfig | undefined
  /** Absent: one is generated into the data folder. */
  readonly encryptionKeys: readonly EncryptionKey[] | undefined
}

export interface EncryptionKey {
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** host:port, separated by commas; an IPv6 address in brackets. */
export const redisNodes = (value: string): readonly RedisAddress[] =>
  value.split(',').map(item => {
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:@/\s]+)):(\d{1,5})$/.exec(item.trim()) ?? []
    const host = bracketed ?? plain
    if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
      throw new RangeError('host:port, separated by commas')
    return { host, port: Number(port) }
  })

/** The master's name, @, and its sentinels. */
export const redisSentinels = (value: string): { master: string; nodes: readonly RedisAddress[] } => {
  const [, master, nodes] = /^([\w.-]+)@(.+)$/.exec(value.trim()) ?? []
  try {
    if (master !== undefined && nodes !== undefined) return { master, nodes: redisNodes(nodes) }
  } catch {
    // said below
  }
  throw new RangeError('the name of the master, @, and host:port of its sentinels, separated by commas')
}

/** @throws GatewayError CONFIG_INVALID when more than one place is named. */
export function redisPlace(given: {
  readonly REDIS_URL: string | undefined
  readonly REDIS_CLUSTER: readonly RedisAddress[] | undefined
  readonly REDIS_SENTINELS: ReturnType<typeof redisSentinels> | undefined
}): RedisPlace | undefined {
  const named = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (named.length > 1)
    throw new GatewayError('CONFIG_INVALID', `${named.join(' and ')} are set, and a cache has one place`, {
      field: named[1]!,
      remedy: `Leave one of ${named.join(', ')}`,
    })
  if (given.REDIS_URL !== undefined) return { kind: 'server', url: given.REDIS_URL }
  if (given.REDIS_CLUSTER) return { kind: 'cluster', nodes: given.REDIS_CLUSTER }
  return given.REDIS_SENTINELS && { kind: 'sentinels', ...given.REDIS_SENTINELS }
}

const keyBytes = 32

/** id:key, separated by commas; the key 32 bytes in base64 or base64url. */
export const encryptionKeys = (value: string): readonly EncryptionKey[] => {
  const keys = value.split(',').map(item => {
    const [, id, text] = /^([\w-]{1,16}):([A-Za-z0-9+/_-]{43}=?)$/.exec(item.trim()) ?? []
    const key = Buffer.from(text ?? '', 'base64')
    if (id === undefined || key.length !== keyBytes)
      throw new RangeError(
        'id:key, separated by commas; an id of 1 to 16 letters, digits, - or _, a key of 32 bytes in base64',
      )
    return { id, key }
  })
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new RangeError('keys of different ids')
  return keys
}
