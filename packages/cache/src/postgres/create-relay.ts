import { type Clock, systemClock } from '@voiceassist/kernel'
import { CacheError } from '../cache-error.js'
import type { InvalidatedCache } from './invalidate-rows.js'
import type { OutboxChange } from './outbox-change.js'
import { OutboxRelay } from './outbox-relay.js'
import { type OutboxOptions, outboxName } from './outbox-table.js'
import type { Relay } from './relay.js'
import { connectTo, idleSessionTimeoutMs, openSession, type RelayClient } from './relay-session.js'
import type { SqlClient } from './sql-client.js'
import type { TrackedTable } from './track-table.js'

export type RelayOptions = CommonOptions & (OverServer | OverOwnDatabase)

interface CommonOptions extends OutboxOptions {
  /**
   * Invalidated by one relay for all instances: so its second tier is the one that they share. A cache of memory alone
   * suits a single process.
   */
  readonly cache: InvalidatedCache
  readonly tables: readonly TrackedTable[]
  /** Told of each pass that failed (it is repeated) and of each row that could not be mapped. */
  readonly onError?: (error: unknown) => void
  /**
   * What else a change means, told after its keys and tags are invalidated. Rows go once it resolves; where it rejects they
   * come again, so it must bear being told twice.
   */
  readonly apply?: (changes: readonly OutboxChange[]) => Promise<void>
  /** Between looks that no notification asked for, 10 to 1000. @default 200 */
  readonly pollMs?: number
  readonly clock?: Clock
}

/** One relay is active at a time; the others wait for the advisory lock. */
interface OverServer {
  readonly connectionString?: string
  /** Instead: a new connection, connected; the relay ends it. */
  readonly connect?: () => Promise<RelayClient>
  /** Of the advisory lock, in the database. @default 8306006 */
  readonly lockKey?: number
}

/** For a database that only this process uses, such as PGlite: no lock, and `wake()` instead of LISTEN. */
interface OverOwnDatabase {
  readonly exclusive: true
  readonly query: SqlClient['query']
}

/**
 * Invalidates what triggers (`trackTable`) wrote to the outbox, at least once each, and goes on trying until `close`.
 * @throws CacheError CACHE_OPTION_INVALID
 */
export function createRelay(options: RelayOptions): Relay {
  const { cache, tables, clock = systemClock, pollMs = 200, onError = () => {}, apply } = options
  if (!(pollMs >= 10 && pollMs <= idleSessionTimeoutMs / 2))
    throw invalid('pollMs', 'pollMs is not from 10 to 1000', 'The server ends sessions that idle for longer')
  const relay: OutboxRelay = new OutboxRelay({
    cache,
    tables: new Map(tables.map(table => [table.name, table])),
    outbox: outboxName(options),
    clock,
    pollMs,
    onError,
    apply,
    ...('exclusive' in options ? ownDatabase(options) : server(options, clock, () => relay.wake())),
  })
  relay.start()
  return relay
}

function ownDatabase({ query }: OverOwnDatabase) {
  if (typeof query !== 'function')
    throw invalid('query', 'query is not a function', 'Give a function of text and parameters')
  const session = { query, listen: async () => {}, close: () => {} }
  return { open: async () => session, lockKey: undefined }
}

function server(
  { connectionString, connect, lockKey = 8_306_006 }: OverServer,
  clock: Clock,
  wake: () => void,
) {
  if ((connectionString === undefined) === (connect === undefined))
    throw invalid(
      'connect',
      'The relay needs one way to its database',
      'Give connectionString, connect, or exclusive with query',
    )
  if (!Number.isSafeInteger(lockKey)) throw invalid('lockKey', 'lockKey is not an integer', 'Leave it out')
  const dial = connect ?? connectTo(connectionString as string)
  return { open: () => openSession(dial, wake, clock), lockKey }
}

function invalid(field: string, message: string, remedy: string): CacheError {
  return new CacheError('CACHE_OPTION_INVALID', message, { field, remedy })
}
