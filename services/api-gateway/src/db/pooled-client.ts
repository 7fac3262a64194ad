import pg from 'pg'
import { asConnectionLost, ConnectionLost } from './connection-errors.js'

type Callback = (error: unknown, result: unknown) => void

/**
 * A `pg` client whose errors are the gateway's own where the connection, not the statement, is at fault: `pg` has
 * half a dozen of those, no code on most of them, and after the first only says that there was one.
 */
export class PooledClient extends pg.Client {
  /** On the pool's clock, when the connection was ready. */
  openedAtMs: number | undefined
  /** On the pool's clock, when the last borrower gave it back. */
  returnedAtMs = 0
  /** Why the connection broke; from then on, what every statement is answered with. */
  lost: ConnectionLost | undefined

  override query(...args: unknown[]): never {
    const callback = args.at(-1)
    if (typeof callback === 'function')
      args[args.length - 1] = ((error, result) => callback(this.#coded(error), result)) satisfies Callback
    const result: unknown = Reflect.apply(super.query, this, args)
    return (result instanceof Promise ? result.catch(error => this.#rethrow(error)) : result) as never
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    return event === 'error' ? super.emit(event, this.#coded(args[0])) : super.emit(event, ...args)
  }

  #rethrow(error: unknown): never {
    throw this.#coded(error)
  }

  #coded(error: unknown): unknown {
    const coded = asConnectionLost(error)
    if (!(coded instanceof ConnectionLost)) return error
    this.lost ??= coded
    return this.lost
  }
}
