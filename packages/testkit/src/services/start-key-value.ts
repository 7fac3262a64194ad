import { containerKeyValue } from './container-key-value.js'
import { findKeyValue } from './find-key-value.js'
import { freePort } from './free-port.js'
import {
  type KeyValueKind,
  type KeyValueOptions,
  type KeyValueServer,
  startServer,
} from './key-value-server.js'
import { localKeyValue } from './local-key-value.js'
import { keyValueUrlOfRun, sourceOfRun } from './test-run.js'

/**
 * Starts a Redis server that belongs to the caller: no data, free port of 127.0.0.1, no password, nothing written to
 * disk unless asked for. It ends with this process at the latest.
 * @throws ServiceUnavailable when the machine has none.
 */
export function startRedis(options: KeyValueOptions = {}): Promise<KeyValueServer> {
  return startKeyValue('redis', options)
}

/** As `startRedis`. */
export function startValkey(options: KeyValueOptions = {}): Promise<KeyValueServer> {
  return startKeyValue('valkey', options)
}

/**
 * A Redis to talk to and nothing more: the one of `TEST_REDIS_URL`, whose data others may use too, else one of the
 * caller's own.
 * @throws ServiceUnavailable when there is neither.
 */
export function borrowRedis(): Promise<BorrowedServer> {
  return borrowKeyValue('redis')
}

/** As `borrowRedis`, of `TEST_VALKEY_URL`. */
export function borrowValkey(): Promise<BorrowedServer> {
  return borrowKeyValue('valkey')
}

export type BorrowedServer = Pick<KeyValueServer, 'url' | 'close'>

async function borrowKeyValue(kind: KeyValueKind): Promise<BorrowedServer> {
  const url = keyValueUrlOfRun(kind)
  return url ? { url, close: async () => {} } : startKeyValue(kind, {})
}

/** Starts a server of either kind, at a port of the caller's choice. */
export async function startKeyValue(
  kind: KeyValueKind,
  options: KeyValueOptions,
  port?: number,
): Promise<KeyValueServer> {
  const source = sourceOfRun(kind) ?? (await findKeyValue(kind))
  const at = port ?? (await freePort())
  const host =
    source.kind === 'local'
      ? localKeyValue(kind, source, options, at)
      : containerKeyValue(kind, source, options, at)
  return startServer(host, at)
}
