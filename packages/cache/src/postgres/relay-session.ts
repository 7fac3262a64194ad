import type { Clock } from '@voiceassist/kernel'
import { CacheError } from '../cache-error.js'
import { outboxChannel } from './outbox-table.js'
import type { SqlClient } from './sql-client.js'

/** A connection of the relay's own, such as a connected `pg.Client`; not one that a pooler lends by transaction. */
export interface RelayClient extends SqlClient {
  on(event: 'notification' | 'error', listener: (detail: unknown) => void): unknown
  end(): Promise<void>
}

export interface RelaySession extends SqlClient {
  /** After it, each commit that writes to the outbox calls `onWake`; only of a session that has the lock. */
  listen(): Promise<void>
  /** Gives the lock up. */
  close(): void
}

/**
 * A stopped process keeps its connection, and the lock with it; the server ends a session that asks nothing for so long,
 * so an active relay asks more often.
 */
export const idleSessionTimeoutMs = 2000
/** On a dead connection an answer never comes. */
const answerTimeoutMs = 10_000

export async function openSession(
  connect: () => Promise<RelayClient>,
  onWake: () => void,
  clock: Clock,
): Promise<RelaySession> {
  const client = await connect()
  client.on('error', () => {}) // the next query fails
  client.on('notification', onWake)
  const query: SqlClient['query'] = (text, params) => inTime(clock, client.query(text, params))
  const session: RelaySession = {
    query,
    async listen() {
      await query(`listen ${outboxChannel}`)
    },
    // Nobody waits for it: over a dead connection no farewell arrives.
    close: () => void client.end().catch(() => {}),
  }
  try {
    await query(
      `set idle_session_timeout = ${idleSessionTimeoutMs}; set statement_timeout = ${answerTimeoutMs}`,
    )
  } catch (error) {
    session.close()
    throw error
  }
  return session
}

export function connectTo(connectionString: string): () => Promise<RelayClient> {
  return async () => {
    const { default: pg } = await import('pg')
    const client = new pg.Client({
      connectionString,
      application_name: 'cache-relay',
      keepAlive: true,
      connectionTimeoutMillis: 5000,
    })
    client.on('error', () => {})
    await client.connect()
    return client
  }
}

async function inTime<T>(clock: Clock, answer: Promise<T>): Promise<T> {
  const answered = new AbortController()
  const late = clock.sleep(answerTimeoutMs, answered.signal).then(
    () => {
      throw new CacheError(
        'CACHE_DATABASE_UNAVAILABLE',
        `The database did not answer in ${answerTimeoutMs} ms`,
        {
          remedy: 'The relay connects anew by itself',
        },
      )
    },
    () => answer,
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    answered.abort(null)
  }
}
