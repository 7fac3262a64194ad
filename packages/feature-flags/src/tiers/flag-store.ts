import type { FlagSnapshot } from '../flag/flag-definition.js'

/** The truth, and the third tier. Both calls reject when it does not answer. */
export interface FlagStore {
  /** Grows with each committed change of the environment, 0 before the first. Asked every second: it is cheap. */
  revision(environment: string, signal: AbortSignal): Promise<number>
  /** All of the environment as of one revision. */
  load(environment: string, signal: AbortSignal): Promise<FlagSnapshot>
}
