import type { Socket } from 'node:net'

/**
 * The parts of pg that capture works with, by shape: an application may have several copies of pg, and PGlite's
 * adapter has a connection of its own.
 */
export interface PgPool extends Listening {
  query(...args: unknown[]): unknown
  connect(...args: unknown[]): unknown
  readonly totalCount: number
  /** Clients that exist already; pg has no public list of them. */
  readonly _clients?: readonly PgClient[]
}

export interface PgClient extends Listening {
  query(...args: unknown[]): unknown
  readonly connection?: PgConnection
  /** What waits to be sent, newest last. */
  readonly _queryQueue?: PgQuery[]
  /** Called whenever a query was added to the queue, before it is sent, and when an earlier one has ended. */
  _pulseQueryQueue?(...args: unknown[]): void
}

export interface PgConnection {
  readonly stream?: Partial<Pick<Socket, 'bytesRead'>>
}

/** What pg asks of a query: its own, or a cursor, a stream, a `COPY`. */
export interface PgQuery {
  submit(connection: unknown): unknown
  handleRowDescription?(message: unknown): unknown
  handleDataRow?(message: unknown): unknown
  handlePortalSuspended?(connection: unknown): unknown
  handleCommandComplete?(message: { readonly text?: string }, connection: unknown): unknown
  handleCopyInResponse?(connection: unknown): unknown
  handleCopyData?(message: unknown, connection: unknown): unknown
  handleReadyForQuery?(connection: unknown): unknown
  handleError?(error: unknown, connection: unknown): unknown
  /** Rows a page, where pg's own query reads page by page. */
  readonly rows?: number
  /** pg's own query keeps an error of decoding here, and answers with it when the server is ready. */
  readonly _canceledDueToError?: unknown
}

/** tarn's, by which Knex keeps the clients of pg that it makes. */
export interface TarnPool extends Listening {
  acquire(): unknown
  numUsed(): number
  numPendingAcquires(): number
}

interface Listening {
  on(event: string, listener: (...args: never[]) => void): unknown
  prependListener(event: string, listener: (...args: never[]) => void): unknown
  removeListener(event: string, listener: (...args: never[]) => void): unknown
}

export function isPgPool(target: unknown): target is PgPool {
  return has(target, 'query', 'connect', 'on', 'removeListener') && typeof target.totalCount === 'number'
}

export function isPgClient(target: unknown): target is PgClient {
  return has(target, 'query', 'connect', 'on', 'removeListener', 'getTypeParser')
}

export function isTarnPool(target: unknown): target is TarnPool {
  return has(target, 'acquire', 'on', 'removeListener', 'numUsed', 'numPendingAcquires')
}

function has(target: unknown, ...methods: string[]): target is Record<string, unknown> {
  if (typeof target !== 'object' || target === null) return false
  return methods.every(name => typeof (target as Record<string, unknown>)[name] === 'function')
}
