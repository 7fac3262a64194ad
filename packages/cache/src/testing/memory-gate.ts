import type { RemoteMessage } from '../remote/remote-tier.js'
import type { RemoteOperation } from '../remote/scripted-tier.js'

/** A call of one of the port's methods by one instance; each batch of `scan` is a call. */
export interface GatedOperation extends RemoteOperation {
  readonly instance: string
}

/**
 * What becomes of a call. Without any part it runs and is answered at once. Of a call that is held, is failed by its
 * instance's own deadline, and whose `send` then resolves, the step runs late: after its failure.
 */
export interface CallPlan {
  /** The step runs when it resolves. Rejected: it never runs, and the call fails with the reason. */
  readonly send?: PromiseLike<unknown>
  /** Called within the step, when it has run. */
  ran?(result: unknown): void
  /** The answer, of a step that has run, arrives when it resolves. Rejected: it is lost, and the call fails so. */
  readonly reply?: PromiseLike<unknown>
  /** Rejected: the call fails so at that moment; the step, if it has not run, still may. */
  readonly abandon?: PromiseLike<unknown>
}

/** A message of the bus on its way to one instance. */
export interface GatedMessage {
  readonly to: string
  readonly message: RemoteMessage
}

/**
 * What becomes of a message. `undefined`: it arrives, after those before it. `hold`: those after it wait for it too.
 * `copies`: one arrives whenever one of the promises resolves, out of order with all others. A rejected one is lost.
 */
export type MessagePlan =
  | undefined
  | 'drop'
  | { readonly hold: PromiseLike<unknown> }
  | { readonly copies: readonly PromiseLike<unknown>[] }
