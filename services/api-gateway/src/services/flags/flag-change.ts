import { type FeatureFlags, FlagError } from '@voiceassist/feature-flags'
import type { Clock } from '@voiceassist/kernel'
import type { Kysely, Transaction } from 'kysely'
import { inTransaction } from '../../db/held-transaction.js'
import type { Database } from '../../db/schema.js'
import { GatewayError } from '../../errors.js'
import { lockFlags } from '../../repositories/feature-flags.repository.js'
import { holdUsers } from '../../repositories/flag-overrides.repository.js'
import { findFlagRevision } from '../../repositories/flag-snapshot.repository.js'

/** What the services of flags share. */
export interface FlagParts {
  readonly db: Kysely<Database>
  readonly clock: Clock
  /** Whose flags are meant where a caller names no environment. */
  readonly environment: string
  /** What this gateway evaluates by; absent: a command, which evaluates none. */
  readonly flags?: Pick<FeatureFlags, 'refresh' | 'acknowledged'> | undefined
}

export interface FlagScope {
  /** Default: the gateway's own. */
  readonly environment?: string | undefined
}

export interface FlagChangeOptions extends FlagScope {
  /** Resolve only when every live gateway serves the change. */
  readonly wait?: 'acknowledged' | undefined
}

/** Revisions of which the flag must be at one; '*': any. */
export type ExpectedRevisions = readonly number[] | '*'

/**
 * Runs `work` in a transaction, alone among all changes of flags; this gateway serves what it did when this resolves,
 * or as soon as the database answers it again.
 * @param users are held from before the turn is taken, as whoever deletes them takes it after them
 * @throws GatewayError VALIDATION_FAILED when nobody could confirm what is to be waited for; FLAG_NOT_ACKNOWLEDGED: the
 * change is stored all the same
 */
export async function changeFlags<T>(
  { db, environment: own, flags }: FlagParts,
  { environment = own, wait }: FlagChangeOptions,
  work: (transaction: Transaction<Database>, environment: string, users: ReadonlySet<string>) => Promise<T>,
  users: readonly (string | null)[] = [],
): Promise<T> {
  const isServed = flags !== undefined && environment === own
  if (wait && !isServed)
    throw new GatewayError('VALIDATION_FAILED', `This gateway serves no flags of ${environment}`, {
      field: 'wait',
      remedy: 'Leave wait out, or ask a gateway of that environment',
    })
  const ids = users.filter(id => id !== null)
  const { result, revision } = await inTransaction(db, async transaction => {
    const held = ids.length === 0 ? new Set<string>() : await holdUsers(transaction, ids)
    await lockFlags(transaction)
    const result = await work(transaction, environment, held)
    return { result, revision: await findFlagRevision(transaction, environment) }
  })
  if (isServed) {
    await flags.refresh().catch(() => {}) // the flags try again by themselves
    if (wait) await acknowledged(flags, revision)
  }
  return result
}

async function acknowledged(flags: Pick<FeatureFlags, 'acknowledged'>, revision: number): Promise<void> {
  try {
    await flags.acknowledged(revision)
  } catch (cause) {
    if (!(cause instanceof FlagError)) throw cause
    throw new GatewayError(
      'FLAG_NOT_ACKNOWLEDGED',
      'The change is stored; not every gateway has confirmed it',
      {
        remedy: 'Read the flag: do not repeat the change',
        cause,
      },
    )
  }
}
