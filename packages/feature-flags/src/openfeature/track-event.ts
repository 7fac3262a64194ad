import { channel } from 'node:diagnostics_channel'

/** What an application told by `client.track`: no subject and no attributes, which may say who a patient is. */
export interface TrackEvent {
  readonly environment: string
  readonly name: string
  /** What it counts for, where it was told. */
  readonly value?: number
}

/** Of every OpenFeature provider of the process; its messages are `TrackEvent`s. */
export const trackChannel = channel('voiceassist:feature-flags:track')
