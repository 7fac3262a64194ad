import pg from 'pg'
import { asConnectionLost } from './connection-errors.js'

type Callback = (error: unknown, result: unknown) => void

/**
 * A `pg` client whose errors are the gateway's own where the connection, not the statement, is at fault: `pg` has
 * half a dozen of those, and no code on most of them.
 */
export class PooledClient extends pg.Client {
  /** On the pool's clock, when the connection was ready. */
  openedAtMs: number | undefined
  /** On the pool's clock, when the last borrower gave it back. */
  returnedAtMs = 0

  override query(...args: unknown[]): never {
    const callback = args.at(-1)
    if (typeof callback === 'function')
      args[args.length - 1] = ((error, result) =>
        callback(asConnectionLost(error), result)) satisfies Callback
    const result: unknown = Reflect.apply(super.query, this, args)
    return (result instanceof Promise ? result.catch(rethrowCoded) : result) as never
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    return event === 'error' ? super.emit(event, asConnectionLost(args[0])) : super.emit(event, ...args)
  }
}

function rethrowCoded(error: unknown): never {
  throw asConnectionLost(error)
}
