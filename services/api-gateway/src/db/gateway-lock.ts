import type { Clock } from '@voiceassist/kernel'
import pg from 'pg'
import { GatewayError } from '../errors.js'
import { unreachable } from './connection-errors.js'

export interface GatewayLock {
  release(): Promise<void>
}

const lockKey = 8_306_002
const patienceMs = 5000
const retryMs = 250

/**
 * 'alone': one gateway a database, whose cache hears of nobody else's changes. 'shared': gateways with one cache tell
 * each other what to forget, and keep one with a cache of its own out. The lock lives on a connection of
 * its own; when a restart of the server takes it away, it is asked for again, and `onLost` is called when by then
 * another gateway has it.
 * @throws GatewayError ANOTHER_GATEWAY.
 */
export async function lockGateway(
  url: string,
  mode: 'alone' | 'shared',
  clock: Clock,
  onLost: () => void,
): Promise<GatewayLock> {
  const tryLock = mode === 'alone' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared'
  let released = false
  let client: pg.Client

  async function take(): Promise<boolean> {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      application_name: 'voiceassist-lock',
    })
    next.on('error', () => {}) // 'end' follows and acts
    await next.connect()
    const found = await next.query<{ locked: boolean }>(`select ${tryLock}($1) as locked`, [lockKey])
    if (found.rows[0]?.locked !== true) {
      await next.end()
      return false
    }
    client = next
    next.once('end', () => {
      if (!released) void takeAgain()
    })
    return true
  }

  async function takeAgain(): Promise<void> {
    const deadline = () => clock.monotonic() > lostAt + patienceMs
    const lostAt = clock.monotonic()
    while (!released) {
      try {
        if (await take()) return
        if (deadline()) return onLost()
      } catch {
        // the server is away: nobody else can have the lock either
      }
      await clock.sleep(retryMs)
    }
  }

  // A gateway that was just killed holds its lock until the server has noticed.
  const deadline = clock.monotonic() + patienceMs
  try {
    while (!(await take())) {
      if (clock.monotonic() > deadline)
        throw new GatewayError('ANOTHER_GATEWAY', 'Another gateway serves this database', {
          remedy: 'Set REDIS_URL, to the same Redis for all of them',
        })
      await clock.sleep(retryMs)
    }
  } catch (error) {
    throw unreachable(error)
  }
  return {
    async release() {
      released = true
      await client.end()
    },
  }
}
