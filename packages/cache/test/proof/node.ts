import type { Cache } from '#src/cache'
import type { RemoteMessage } from '#src/remote/remote-tier'
import type { GatedOperation } from '#src/testing'
import type { Deferred } from './deferred.js'
import type { SimClock } from './sim-time.js'

/** A call of the second tier on its way. */
export interface Call {
  readonly node: Node
  readonly operation: GatedOperation
  state: 'sent' | 'ran'
  readonly send: Deferred
  readonly reply: Deferred
}

interface OnBus {
  readonly message: RemoteMessage
  readonly arrival: Deferred
}

/** One process. */
export interface Node {
  readonly id: string
  readonly cache: Cache
  readonly clock: SimClock
  bus: OnBus[]
  /** Stopped: neither its timers nor what arrives makes it act. */
  paused: boolean
  /** Nothing of its calls and messages moves. */
  partitioned: boolean
  dead: boolean
  /** Values on their way into this process's memory alone. */
  readonly localSets: Map<string, number[]>
}
