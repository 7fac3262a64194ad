import { CodedError, type CodedErrorOptions } from '@voiceassist/kernel'

/** Every code of this package and what it means; `docs/errors.md` is tested against it. */
export const cacheErrors = {
  CACHE_KEY_INVALID: 'A key is not a string, is empty, is over 1 KiB, or holds control characters',
  CACHE_TAG_INVALID: 'A tag or a namespace breaks the rules of keys, or there are too many tags',
  CACHE_PATTERN_INVALID: 'A pattern breaks the rules of keys, ends in a bare \\, or has too many stars',
  CACHE_OPTION_INVALID: 'An option is unknown, of the wrong type, or out of its limits',
  CACHE_VALUE_UNSUPPORTED:
    'A value holds what the cache cannot carry, such as a class instance or a function',
  CACHE_VALUE_CORRUPT:
    'A stored value cannot be read: of a later version, damaged, or of an unknown encryption key',
  CACHE_LOADER_TIMEOUT: 'The loader took longer than hardTimeoutMs',
  CACHE_LOADER_RESULT_INVALID: 'loadMany returned something else than a Map, a record or an aligned array',
  CACHE_ABORTED: 'The caller gave up by its signal',
  CACHE_REMOTE_UNAVAILABLE: 'The second tier does not answer; an invalidation was journaled',
  CACHE_REMOTE_UNSUITABLE: 'The second tier is of a kind or setting that the cache cannot keep its word on',
  CACHE_CLOSED: 'The cache is closed',
  CACHE_ARGUMENT_UNSUPPORTED: 'An argument of a cached function has no canonical form',
  CACHE_DECORATOR_INVALID: 'A decorator was used on something else than a method, or a function lacks a name',
  CACHE_TRANSACTION_INVALID:
    'afterCommit was called outside of a transaction, or a transaction is over, failed or busy with a savepoint',
  CACHE_AFTER_COMMIT_FAILED: 'A transaction is committed, and something that was to run after it failed',
  CACHE_DATABASE_UNAVAILABLE: 'The database did not answer the relay',
  CACHE_TRACKING_INVALID: 'A table cannot be tracked as described',
} as const

export type CacheErrorCode = keyof typeof cacheErrors

export interface CacheErrorOptions extends CodedErrorOptions {
  /** The key that the operation was about; never logged by this package. */
  readonly key?: string
}

export class CacheError extends CodedError<CacheErrorCode> {
  readonly key: string | undefined

  constructor(code: CacheErrorCode, message: string, options: CacheErrorOptions = {}) {
    super(code, message, options)
    this.key = options.key
  }
}
