import type { Execution } from './execution.js'
import type { RequestContext } from './request-context.js'

type Callback = (this: unknown, error: unknown, result: unknown, ...rest: unknown[]) => void

/** Follows a query that cannot be watched by its promise or callback: all its time counts as the server's. */
export function followCall(call: () => unknown, args: unknown[], execution: Execution): unknown {
  execution.sent()
  const at = callbackIndex(args)
  if (at !== -1) {
    const callback = args[at] as Callback
    args[at] = function (error, result, ...rest) {
      if (error) execution.failed(error)
      else execution.returned(result)
      callback.call(this, error, result, ...rest)
    } satisfies Callback
  }
  try {
    const result = call()
    return isThenable(result) ? followPromise(result, execution) : result
  } catch (error) {
    execution.failed(error)
    throw error
  }
}

/** @returns the promise for the application: a second one who waits for the same would hide it from an error's stack */
export function followPromise(promise: PromiseLike<unknown>, execution: Execution): PromiseLike<unknown> {
  return promise.then(
    result => {
      execution.returned(result)
      return result
    },
    error => {
      execution.failed(error)
      throw error
    },
  )
}

/** Has the application's callback, if there is one, run in the request that called. */
export function bindCallback(args: unknown[], requests: RequestContext): void {
  const at = callbackIndex(args)
  if (at !== -1) args[at] = requests.bind(args[at] as Callback)
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** pg takes it as the third argument, or as the second. */
function callbackIndex(args: readonly unknown[]): number {
  if (typeof args[2] === 'function') return 2
  return typeof args[1] === 'function' ? 1 : -1
}
