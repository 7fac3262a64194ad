import type { Clock } from '@voiceassist/kernel'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { inTransaction } from '../db/held-transaction.js'
import type { Database } from '../db/schema.js'
import { errorFields } from '../error-fields.js'
import {
  appendLinks,
  hasUnsealed,
  lastLink,
  takeUnsealed,
  tryLockChain,
} from '../repositories/audit-chain.repository.js'
import { chainStart, nextLink } from './audit-chain.js'

/** Half of the second within which a row is sealed. */
const pauseMs = 500
const rowsPerTransaction = 1000
const maxRoundsAtEnd = 5

export interface AuditSealerOptions {
  readonly db: Kysely<Database>
  readonly clock: Clock
  readonly logger: Pick<Logger, 'error'>
  /** Of the HMACs; at least 32 characters, and the same for as long as the rows are kept. */
  readonly key: string
}

/** Appends audit rows to the chain soon after they are committed. On one database one sealer works at a time. */
export class AuditSealer {
  readonly #options: AuditSealerOptions
  readonly #closing = new AbortController()
  readonly #done: Promise<void>

  constructor(options: AuditSealerOptions) {
    this.#options = options
    this.#done = this.#run()
  }

  /** Seals what is there, then ends; of a long backlog some thousand rows, and the next start goes on. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#done
  }

  async #run(): Promise<void> {
    const { db, clock, logger, key } = this.#options
    const { signal } = this.#closing
    for (let isLast = false, failures = 0, roundsAtEnd = 0; !isLast; ) {
      isLast = signal.aborted
      try {
        while ((await sealSome(db, key)) === rowsPerTransaction)
          if (signal.aborted && ++roundsAtEnd >= maxRoundsAtEnd) break
        failures = 0
      } catch (error) {
        if (failures++ === 0) logger.error({ err: errorFields(error) }, 'audit rows wait to be sealed')
      }
      await clock.sleep(pauseMs, signal).catch(() => {})
    }
  }
}

/** Seals at most a thousand rows, unless another sealer is at it. Resolves to how many. */
export async function sealSome(db: Kysely<Database>, key: string): Promise<number> {
  if (!(await hasUnsealed(db))) return 0
  return inTransaction(db, async transaction => {
    if (!(await tryLockChain(transaction))) return 0
    let link = (await lastLink(transaction)) ?? chainStart
    const links = (await takeUnsealed(transaction, rowsPerTransaction)).map(({ id, facts }) => {
      link = nextLink(key, link, facts)
      return { ...link, id }
    })
    if (links.length > 0) await appendLinks(transaction, links)
    return links.length
  })
}
