import type { Clock } from '@voiceassist/kernel'
import type { Logger } from 'pino'
import { gatewayActor } from '../audit/actor.js'
import { errorFields } from '../error-fields.js'
import type { FlagScheduleService } from '../services/flags/flag-schedule.service.js'

/** A due change is made within a second. */
const pauseMs = 500

export interface FlagSchedulerOptions {
  readonly schedule: Pick<FlagScheduleService, 'applyNext'>
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'error'>
}

/** Makes the scheduled changes of flags when they are due. On one database any number may run: each change is made once. */
export class FlagScheduler {
  readonly #options: FlagSchedulerOptions
  readonly #closing = new AbortController()
  readonly #done: Promise<void>

  constructor(options: FlagSchedulerOptions) {
    this.#options = options
    this.#done = this.#run()
  }

  /** Ends the change that is under way, and makes no other. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#done
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#options
    const { signal } = this.#closing
    for (let failures = 0; !signal.aborted; ) {
      try {
        while (!signal.aborted && (await this.#applyNext()));
        failures = 0
      } catch (error) {
        if (failures++ === 0)
          logger.error({ err: errorFields(error) }, 'scheduled changes of flags wait to be made')
      }
      await clock.sleep(pauseMs, signal).catch(() => {})
    }
  }

  async #applyNext(): Promise<boolean> {
    const { schedule, logger } = this.#options
    const change = await schedule.applyNext(gatewayActor('flag scheduler'))
    if (!change) return false
    const { id, environment, flag, error } = change
    if (error === null) logger.info({ id, environment, flag }, 'a scheduled change of a flag was made')
    else logger.error({ id, environment, flag, code: error }, 'a scheduled change of a flag was refused')
    return true
  }
}
