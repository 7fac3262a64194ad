import { AsyncSlot } from '@voiceassist/kernel'
import type { OpenRequest } from '../profiler.js'
import { callsOfRequest, type RequestInfo, type RequestScope } from './request-scope.js'

class Scope implements RequestScope {
  readonly id: string
  readonly route: string
  readonly startedAtMs = performance.now()
  databaseTimeMs = 0
  queries = 0
  isOpen = true;
  [callsOfRequest]: unknown = undefined

  constructor(readonly info: RequestInfo) {
    this.id = info.id
    this.route = info.route
  }
}

/**
 * Which request asks. Of requests within a request the innermost counts. What still runs after a request has ended is
 * no request's any more: its report is made, and a job that goes on for hours must not grow it.
 */
export class RequestContext {
  readonly #storage = new AsyncSlot<Scope | undefined>()
  readonly #onEnd: (request: RequestScope) => void

  /** @param onEnd told once of each request, when it has ended */
  constructor(onEnd: (request: RequestScope) => void) {
    this.#onEnd = onEnd
  }

  current(): RequestScope | undefined {
    const scope = this.#storage.getStore()
    return scope?.isOpen ? scope : undefined
  }

  /** What the innermost open request was opened with. */
  currentInfo(): RequestInfo | undefined {
    const scope = this.#storage.getStore()
    return scope?.isOpen ? scope.info : undefined
  }

  /** An `async` function that awaits, so that the application's stacks show where the request begins. */
  async runInRequest<T>(request: RequestInfo, handler: () => T | Promise<T>): Promise<T> {
    const scope = new Scope(request)
    try {
      return await this.#storage.run(scope, handler)
    } finally {
      this.#end(scope)
    }
  }

  openRequest(request: RequestInfo): OpenRequest {
    const scope = new Scope(request)
    return {
      counts: scope,
      run: work => this.#storage.run(scope, work),
      end: () => this.#end(scope),
    }
  }

  /** A callback that is called as if from here: pg calls it from whatever request owns the socket or returns a client. */
  bind<Callback extends (...args: never[]) => unknown>(callback: Callback): Callback {
    const storage = this.#storage
    const scope = storage.getStore()
    return function (this: unknown, ...args: never[]) {
      return storage.run(scope, () => callback.apply(this, args))
    } as Callback
  }

  /** No asynchronous work is followed any more. */
  close(): void {
    this.#storage.disable()
  }

  #end(scope: Scope): void {
    if (!scope.isOpen) return
    scope.isOpen = false
    this.#onEnd(scope)
  }
}
