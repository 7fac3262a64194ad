import { CodedError } from '@voiceassist/kernel'

/** Every code of this package and what it means; `docs/errors.md` is tested against it. */
export const profilerErrors = {
  PROFILER_OPTION_INVALID: 'An option is unknown, of the wrong type, or out of its limits',
  PROFILER_TARGET_UNSUPPORTED: 'What was handed over to be profiled is neither a pool nor a client of pg',
  PROFILER_CLOSED: 'The profiler is closed',
  EXPLAIN_REFUSED: 'A statement is not one that is explained automatically, such as one that writes',
  EXPLAIN_FAILED: 'The server did not explain a statement',
  WORKLOAD_INVALID: 'A workload cannot be read: an unknown form, or not the text of SQL',
  DATABASE_UNREADABLE: 'The database cannot be reached, or does not let its catalog be read',
  SCRATCH_DATABASE_UNSUITABLE: 'The database to verify on is not a copy, or is the advised one itself',
} as const

export type ProfilerErrorCode = keyof typeof profilerErrors

export class ProfilerError extends CodedError<ProfilerErrorCode> {}
