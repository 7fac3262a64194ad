import { CodedError } from '@voiceassist/kernel'

/** Every code of this package and what it means; `docs/errors.md` is tested against it. */
export const flagErrors = {
  FLAG_INVALID: 'A flag, rule, segment or override is not well formed, or over a limit',
  FLAG_OPTION_INVALID: 'An option is unknown, of the wrong type, or out of its limits',
  FLAG_STORE_UNAVAILABLE: 'The store of the flags does not answer',
  FLAG_NOT_ACKNOWLEDGED: 'A change is stored, and not every instance has confirmed it in time',
  FLAGS_CLOSED: 'The flags are closed',
} as const

export type FlagErrorCode = keyof typeof flagErrors

export class FlagError extends CodedError<FlagErrorCode> {}
