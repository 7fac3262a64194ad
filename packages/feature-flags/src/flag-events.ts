import { channel } from 'node:diagnostics_channel'

/** What happened beside evaluations, which are counted in `counts()`; without any context or value. */
export type FlagEvent =
  | {
      readonly kind: 'reload'
      readonly environment: string
      /** Which tier answered: the shared cache or the store; 'none': neither did. */
      readonly tier: 'l2' | 'l3' | 'none'
      readonly durationMs: number
      /** What is in memory after it; -1: nothing. */
      readonly revision: number
    }
  /** Known values are served from now on that the store has not confirmed for two seconds. */
  | { readonly kind: 'stale'; readonly environment: string; readonly revision: number }
  | {
      readonly kind: 'change'
      readonly environment: string
      readonly revision: number
      /** How many flags serve something else now, or may. */
      readonly flags: number
    }
  /** An application said so by OpenFeature's `track`; of whom is left out. */
  | {
      readonly kind: 'track'
      readonly environment: string
      readonly name: string
      readonly value?: number
    }

/** Of all flags of the process; no work is done for it while nobody listens. */
export const flagChannel = channel('voiceassist:feature-flags')

export function publish(event: FlagEvent): void {
  if (flagChannel.hasSubscribers) flagChannel.publish(event)
}
