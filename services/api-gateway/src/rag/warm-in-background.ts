import type { Clock } from '@voiceassist/kernel'
import type { RagCache } from '@voiceassist/rag-cache'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Database } from '../db/schema.js'
import { errorFields } from '../error-fields.js'
import type { SearchFilters } from '../services/search-port.js'
import { searchKept } from './search-kept.js'

export interface WarmInBackgroundOptions {
  readonly rag: RagCache<SearchFilters>
  readonly db: Kysely<Database>
  readonly model: string
  readonly clock: Clock
  readonly logger: Logger
}

const budgetMs = 30_000
/** An import that drops everything time and again has ended when it has not for so long. */
const quietMs = 5000

/** Refreshes the searches that are asked for most: at the start, and after all were dropped. */
export class WarmInBackground {
  readonly #options: WarmInBackgroundOptions
  #due: AbortController | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: WarmInBackgroundOptions) {
    this.#options = options
  }

  start(): void {
    this.#due?.abort()
    this.#due = new AbortController()
    const { signal } = this.#due
    this.#running = this.#running.then(() => this.#warm(signal))
  }

  /** When nothing was dropped for five seconds. */
  soon(): void {
    this.#due?.abort()
    const due = new AbortController()
    this.#due = due
    this.#options.clock.sleep(quietMs, due.signal).then(
      () => this.start(),
      () => {}, // put off, or closed
    )
  }

  async close(): Promise<void> {
    this.#due?.abort()
    await this.#running
  }

  async #warm(signal: AbortSignal): Promise<void> {
    const { rag, db, model, logger } = this.#options
    if (signal.aborted) return
    try {
      const result = await rag.warm({
        load: (request, input) => searchKept(db, model, request, input),
        budgetMs,
        signal,
      })
      if (result.refreshed + result.failed + result.left > 0)
        logger.info({ ...result }, 'the searches that are asked for most were refreshed')
    } catch (error) {
      logger.warn({ err: errorFields(error) }, 'cached searches could not be refreshed')
    }
  }
}
