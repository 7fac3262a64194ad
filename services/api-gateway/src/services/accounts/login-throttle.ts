import { createHmac, hkdfSync } from 'node:crypto'
import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import { inTransaction } from '../../db/held-transaction.js'
import type { Database } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import {
  deleteOldThrottleRows,
  deleteThrottleRow,
  lockThrottleRows,
  storeThrottleRows,
  type ThrottleRow,
  takeBackFailure,
} from '../../repositories/login-throttle.repository.js'
import { addressRange } from './address-range.js'

/** What failures are counted by. A registration counts as one, since it can be repeated as often. */
export type ThrottleSubject = 'account' | 'address' | 'registration'

export interface ThrottleKey {
  readonly subject: ThrottleSubject
  /** HMAC of an e-mail or an address: neither is stored in clear. */
  readonly key: Buffer
}

/** A failure that is counted already; what turns out to be none takes it back. */
export interface Attempt {
  /** The password was right: the account's failures are forgotten, the address has one less. */
  succeed(transaction: Kysely<Database>): Promise<void>
  /** Nothing was learnt from the attempt: it counts for nobody. */
  takeBack(transaction: Kysely<Database>): Promise<void>
}

export interface LoginThrottle {
  account(email: string): ThrottleKey
  /** None for who has no address, as on a Unix socket. */
  address(ip: string | null, subject?: 'address' | 'registration'): ThrottleKey[]
  /**
   * Counts a failure for every key before anything is verified, so that guesses at the same time are not more than the
   * limits allow.
   * @throws GatewayError TOO_MANY_ATTEMPTS when one of them has to wait; nothing is counted then.
   */
  begin(keys: readonly ThrottleKey[]): Promise<Attempt>
}

/** So many failures in a row cost nothing. */
const freeFailures = { account: 5, address: 30, registration: 30 } as const
const firstDelayMs = 1000
const longestDelayMs = 15 * 60_000
const forgottenAfterMs = 24 * 3_600_000
const oldRowsAtOnce = 10

/** How long nothing more is taken behind so many failures. */
export function delayMs(subject: ThrottleSubject, failures: number): number {
  const counted = failures - freeFailures[subject]
  return counted <= 0 ? 0 : Math.min(firstDelayMs * 2 ** (counted - 1), longestDelayMs)
}

export function createLoginThrottle({
  db,
  clock,
  secret,
}: {
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly secret: string
}): LoginThrottle {
  const hmacKey = Buffer.from(hkdfSync('sha256', secret, '', 'voiceassist login throttle', 32))
  const keyOf = (subject: ThrottleSubject, of: string): ThrottleKey => ({
    subject,
    key: createHmac('sha256', hmacKey).update(`${subject}:${of}`).digest(),
  })

  /** @param keys in an order that is the same for all, or two who hold a row each may wait for the other's */
  async function count(
    transaction: Kysely<Database>,
    keys: readonly ThrottleKey[],
  ): Promise<readonly Counted[]> {
    const at = new Date(clock.now())
    const forgotten = new Date(at.getTime() - forgottenAfterMs)
    const rows = await lockThrottleRows(
      transaction,
      keys.map(({ key }) => key),
      at,
    )
    const waitMs = Math.max(...rows.map(row => row.blocked_until.getTime() - at.getTime()))
    if (waitMs > 0) throw tooMany(Math.ceil(waitMs / 1000))
    const counted = keys.map(({ subject, key }) => {
      const before = rows.find(row => row.key.equals(key))!
      const failures = before.updated_at <= forgotten ? 1 : before.failures + 1
      const blocked_until = new Date(at.getTime() + delayMs(subject, failures))
      return { subject, before, after: { key, failures, blocked_until, updated_at: at } }
    })
    await storeThrottleRows(
      transaction,
      counted.map(({ after }) => after),
    )
    await deleteOldThrottleRows(transaction, { before: forgotten, limit: oldRowsAtOnce })
    return counted
  }

  return {
    account: email => keyOf('account', email.trim().toLowerCase()),
    address: (ip, subject = 'address') => (ip === null ? [] : [keyOf(subject, addressRange(ip))]),
    async begin(keys) {
      const ordered = [...keys].sort((a, b) => Buffer.compare(a.key, b.key))
      const counted =
        ordered.length === 0 ? [] : await inTransaction(db, transaction => count(transaction, ordered))
      return {
        async succeed(transaction) {
          for (const { subject, before, after } of counted) {
            if (subject === 'account') await deleteThrottleRow(transaction, after.key)
            else await takeBackFailure(transaction, after, before)
          }
        },
        async takeBack(transaction) {
          for (const { before, after } of counted) await takeBackFailure(transaction, after, before)
        },
      }
    },
  }
}

interface Counted {
  readonly subject: ThrottleSubject
  readonly before: ThrottleRow
  readonly after: ThrottleRow
}

function tooMany(retryAfterSeconds: number): GatewayError {
  return new GatewayError(
    'TOO_MANY_ATTEMPTS',
    `Too many attempts failed; the next one is taken in ${retryAfterSeconds} s`,
    { retryAfterSeconds },
  )
}
