import { CodedError } from '@voiceassist/kernel'

/** Why a load test does not run. */
export const loadErrors = {
  LOAD_OPTION_INVALID: 'An option has a value that cannot be used',
  LOAD_NOT_LOOPBACK: 'The address is not of this machine',
  LOAD_NOT_READY: 'A gateway does not answer as a load test needs it',
} as const

export class LoadError extends CodedError<keyof typeof loadErrors> {}
