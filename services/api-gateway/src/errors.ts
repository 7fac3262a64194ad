import { CodedError, type CodedErrorOptions } from '@voiceassist/kernel'

/** Every code of the gateway: its HTTP status and what it means. `docs/errors.md` is tested against this table. */
export const gatewayErrors = {
  CONFIG_INVALID: [500, 'An environment variable or argument has a value that cannot be used'],
  PORT_IN_USE: [500, 'Another program listens on the port'],
  DATA_FOLDER_IN_USE: [500, 'Another process holds the data folder'],
  DATABASE_UNREACHABLE: [503, 'The database does not answer'],
  VECTOR_EXTENSION_MISSING: [500, 'The PostgreSQL server lacks the extension pgvector'],
  SCHEMA_OUTDATED: [500, 'The database lacks a migration that this version needs'],
  AUDIT_KEY_MISMATCH: [500, 'The audit rows of this database were sealed with another key'],
  ANOTHER_GATEWAY: [500, 'Another gateway serves this database'],
  CACHE_UNAVAILABLE: [503, 'The second tier of the cache does not answer, or there is none'],
  FLAGS_NOT_READY: [503, 'The flags have not been read yet, and nothing that keeps them answers'],
  PROFILER_DISABLED: [409, 'The gateway was started without the query profiler'],
  METRICS_DISABLED: [409, 'The gateway was started without metrics'],
  EMBEDDER_MISMATCH: [
    500,
    'The stored vectors are of another model or of other dimensions than the embedder',
  ],
  EMBEDDER_FAILED: [503, 'The embedder did not answer, or not with what was asked'],
  ACQUIRE_TIMEOUT: [503, 'No database connection came free in time'],
  ACQUIRE_IN_TRANSACTION: [500, 'Code within a transaction asked the pool for a second connection'],
  POOL_CLOSED: [503, 'The database pool is closed'],
  VALIDATION_FAILED: [400, 'The request has a field that is missing, unknown or out of its limits'],
  MALFORMED_REQUEST: [400, 'The request cannot be read: its syntax, JSON or multipart form is broken'],
  UNAUTHENTICATED: [401, 'The request carries no valid token'],
  INVALID_CREDENTIALS: [401, 'E-mail and password do not match an active account'],
  TOO_MANY_ATTEMPTS: [429, 'Too many attempts to log in failed; the answer says when the next is taken'],
  REGISTRATION_CLOSED: [403, 'Accounts are made by administrators: registration is not open'],
  FORBIDDEN: [403, 'The account has no right to this'],
  CSRF_REFUSED: [403, 'The request is known by a cookie, and does not come from the console'],
  NOT_FOUND: [404, 'There is no such thing, or it belongs to someone else'],
  CONSOLE_NOT_BUILT: [404, 'The files of the console are not there'],
  METHOD_NOT_ALLOWED: [405, 'The path exists, and takes other methods'],
  REQUEST_TIMEOUT: [408, 'The request did not arrive whole in time'],
  SESSION_ENDED: [409, 'The session has ended and takes no more messages'],
  IDEMPOTENCY_CONFLICT: [409, 'The clientMessageId was used for another message'],
  EMAIL_TAKEN: [409, 'An account with this e-mail exists'],
  LAST_ADMINISTRATOR: [409, 'The last active administrator can be neither disabled, demoted nor deleted'],
  FLAG_EXISTS: [409, 'The environment has a flag of this name'],
  FLAG_IN_USE: [409, 'Another flag, a segment or an override needs what is to go or to change'],
  FLAG_NOT_ARCHIVED: [409, 'Only what is archived may be deleted'],
  FLAG_LIMIT_REACHED: [409, 'The environment has as many as it may'],
  CHANGE_NOT_PENDING: [409, 'The scheduled change was applied or cancelled already, or failed'],
  FLAG_NOT_ACKNOWLEDGED: [
    503,
    'The change is stored, and not every gateway has confirmed in time to serve it',
  ],
  PRECONDITION_FAILED: [412, 'What is to be changed was changed meanwhile'],
  PRECONDITION_REQUIRED: [428, 'The request must say in If-Match which revision it changes'],
  DOCUMENT_EXISTS: [409, 'The same document is stored already'],
  DOCUMENT_UNREADABLE: [422, 'The file is not text of a supported format, or holds no text'],
  DOCUMENT_ENCRYPTED: [422, 'The PDF cannot be opened without its password'],
  DOCUMENT_SCANNED: [422, 'The PDF holds pictures of its pages, and no text'],
  DOCUMENT_TOO_COMPLEX: [422, 'The PDF is over the limit of pages, text, memory or time for reading it'],
  DOCUMENT_TOO_LARGE: [413, 'The document is over the size limit'],
  BODY_TOO_LARGE: [413, 'The body is over the size limit'],
  URI_TOO_LONG: [414, 'The URL is over the length limit'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body is of another content type than the route takes'],
  UNSUPPORTED_FORMAT: [415, 'The file format is not supported'],
  TOO_MANY_REQUESTS: [429, 'Too many requests in a short time'],
  HEADERS_TOO_LARGE: [431, 'The request headers are over the size limit'],
  OVERLOADED: [503, 'The gateway is too busy to take the request'],
  SHUTTING_DOWN: [503, 'The gateway is shutting down'],
  INTERNAL: [500, 'A fault of the gateway itself; the log has it under the request id'],
} as const satisfies Record<string, readonly [status: number, meaning: string]>

export type GatewayErrorCode = keyof typeof gatewayErrors

export interface GatewayErrorOptions extends CodedErrorOptions {
  /** When the same request may be taken; whole seconds. */
  readonly retryAfterSeconds?: number
}

export class GatewayError extends CodedError<GatewayErrorCode> {
  /** The HTTP status this error is answered with. */
  readonly status: number
  readonly retryAfterSeconds: number | undefined

  constructor(code: GatewayErrorCode, message: string, options?: GatewayErrorOptions) {
    super(code, message, options)
    this.status = gatewayErrors[code][0]
    this.retryAfterSeconds = options?.retryAfterSeconds
  }
}
