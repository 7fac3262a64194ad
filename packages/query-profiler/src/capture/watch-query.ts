import type { Execution } from './execution.js'
import { overrideProperty } from './override-property.js'
import type { PgQuery } from './pg-shapes.js'

const watching = Symbol('execution')
const behind = Symbol('methods behind those that watch')
const unwatch = Symbol('unwatch')

interface Watched extends PgQuery {
  [watching]?: Execution
  /** Absent: those of its class. */
  [behind]?: Required<PgQuery>
  [unwatch]?: () => void
}

/** A cursor of pg-cursor, which pg-query-stream has inside. */
interface PageReader {
  read(...args: unknown[]): unknown
  close(...args: unknown[]): unknown
  _getRows(...args: unknown[]): unknown
}

/**
 * Tells `execution` of the way of a query that pg made. The methods are put on the query itself, are the same functions
 * for all, and note the moment before pg, and with it the application, hears of it.
 */
export function watchQuery(query: PgQuery, execution: Execution): void {
  const watched = query as Watched
  watched[watching] = execution
  watched.submit = watchers.submit
  if (query.rows) watched.handlePortalSuspended = watchers.handlePortalSuspended
  watched.handleRowDescription = watchers.handleRowDescription
  watched.handleCommandComplete = watchers.handleCommandComplete
  watched.handleReadyForQuery = watchers.handleReadyForQuery
  watched.handleError = watchers.handleError
}

/** The same for one that the application made: a cursor, a stream, a `COPY`. It is left as it was found. */
export function watchSubmittable(query: PgQuery, execution: Execution): void {
  const watched = query as Watched
  const originals: Record<string, unknown> = {}
  const restores: (() => void)[] = []
  for (const [name, watcher] of Object.entries(watchers)) {
    const original = (query as unknown as Record<string, unknown>)[name]
    if (typeof original !== 'function') continue
    originals[name] = original
    restores.push(overrideProperty(query, name, watcher))
  }
  const reader = pageReaderOf(query)
  if (reader) restores.push(overrideProperty(reader, '_getRows', pageAsker(reader, execution)))
  watched[watching] = execution
  watched[behind] = originals as unknown as Required<PgQuery>
  watched[unwatch] = () => {
    for (const restore of restores) restore()
    for (const key of [watching, behind, unwatch]) Reflect.deleteProperty(query, key)
  }
}

/** Pages are asked for inside the cursor: at once, or when what was asked before has come. */
export function pageReaderOf(query: PgQuery): PageReader | undefined {
  const inner = (query as { cursor?: unknown }).cursor
  const reader = (typeof inner === 'object' && inner !== null ? inner : query) as PageReader
  const methods = [reader.read, reader.close, reader._getRows]
  return methods.every(method => typeof method === 'function') ? reader : undefined
}

function pageAsker(reader: PageReader, execution: Execution): PageReader['_getRows'] {
  const original = reader._getRows
  return function (this: unknown, ...args) {
    execution.pageAsked()
    return original.apply(this, args)
  }
}

function behindOf(query: Watched): Required<PgQuery> {
  return query[behind] ?? Object.getPrototypeOf(query)
}

const watchers = {
  submit(this: Watched, connection: unknown) {
    this[watching]!.sent()
    return behindOf(this).submit.call(this, connection)
  },
  handleRowDescription(this: Watched, message: unknown) {
    this[watching]!.answered()
    return behindOf(this).handleRowDescription.call(this, message)
  },
  handleDataRow(this: Watched, message: unknown) {
    this[watching]!.row()
    return behindOf(this).handleDataRow.call(this, message)
  },
  handlePortalSuspended(this: Watched, connection: unknown) {
    this[watching]!.pageEnded(this.rows)
    return behindOf(this).handlePortalSuspended.call(this, connection)
  },
  handleCopyInResponse(this: Watched, connection: unknown) {
    this[watching]!.answered()
    return behindOf(this).handleCopyInResponse.call(this, connection)
  },
  handleCopyData(this: Watched, message: unknown, connection: unknown) {
    this[watching]!.answered()
    return behindOf(this).handleCopyData.call(this, message, connection)
  },
  handleCommandComplete(this: Watched, message: { readonly text?: string }, connection: unknown) {
    this[watching]!.completed(message.text)
    return behindOf(this).handleCommandComplete.call(this, message, connection)
  },
  handleReadyForQuery(this: Watched, connection: unknown) {
    const { handleReadyForQuery } = behindOf(this)
    // After an error of decoding pg answers with that, by `handleError`.
    if (!this._canceledDueToError) {
      this[watching]!.ended(undefined)
      this[unwatch]?.()
    }
    return handleReadyForQuery.call(this, connection)
  },
  handleError(this: Watched, error: unknown, connection: unknown) {
    const { handleError } = behindOf(this)
    this[watching]!.failed(error)
    this[unwatch]?.()
    return handleError.call(this, error, connection)
  },
}
