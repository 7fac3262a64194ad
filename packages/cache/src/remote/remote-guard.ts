import type { Clock } from '@voiceassist/kernel'
import { CacheError } from '../cache-error.js'
import { cacheChannel, publish } from '../cache-events.js'
import { Deadlines } from './deadlines.js'

/** Who may not be asked at the moment. The guard of one partition's calls. */
export interface Connection {
  /** Counts the connections of a partition: a reply of an earlier one is not believed. */
  connection: number
  connected: boolean
}

const failuresToOpen = 3
const openMs = 500
const busyMs = 5
/** Calls that are under way at once; more would only wait in buffers, and be late there. */
const maxUnderWay = 256
/** They end what has begun, and let others go on. */
const lastSteps = new Set(['fill', 'renew', 'release'])

/** Calls of the second tier: each has a deadline, and after some failures in a row they fail at once for a while. */
export class RemoteGuard {
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  #failures = 0
  #openUntilMs = 0
  #underWay = 0
  /** Their turn has not come; their deadlines begin when it does. */
  #waiting: (() => void)[] = []
  #firstWaiting = 0

  constructor(clock: Clock, timeoutMs: number, closed: AbortSignal) {
    this.#clock = clock
    this.#deadlines = new Deadlines(clock, timeoutMs, closed, busyMs)
  }

  get open(): boolean {
    return this.#failures >= failuresToOpen && this.#clock.monotonic() < this.#openUntilMs
  }

  /**
   * The call's answer.
   * @throws CacheError CACHE_REMOTE_UNAVAILABLE: late, failed, refused by the breaker, or of a connection that was
   * lost meanwhile. What was sent may still run.
   */
  run<Answer>(operation: string, at: Connection | null, call: () => Promise<Answer>): Promise<Answer> {
    if (at && !at.connected) return Promise.reject(unavailable(operation, 'is not connected'))
    if (this.open) {
      publish({ kind: 'remote', operation, durationMs: 0, outcome: 'refused' })
      return Promise.reject(unavailable(operation, 'failed several times in a row'))
    }
    if (this.#underWay < maxUnderWay || lastSteps.has(operation)) return this.probe(operation, at, call)
    return new Promise<void>(turn => this.#waiting.push(turn)).then(() => this.run(operation, at, call))
  }

  /** As `run`, whatever the breaker says: the heartbeat tries again and again. */
  probe<Answer>(operation: string, at: Connection | null, call: () => Promise<Answer>): Promise<Answer> {
    const startedMs = this.#clock.monotonic()
    const connection = at?.connection
    this.#underWay++
    return new Promise((resolve, reject) => {
      const deadline = this.#deadlines.set(startedMs, () => {
        this.#ended()
        this.#failed(operation, startedMs, 'timeout')
        reject(unavailable(operation, 'did not answer in time'))
      })
      call().then(
        answer => {
          if (!this.#deadlines.take(deadline)) return
          this.#ended()
          if (at && at.connection !== connection)
            return reject(unavailable(operation, 'answered on a connection that was lost'))
          this.#succeeded(operation, startedMs)
          resolve(answer)
        },
        cause => {
          if (!this.#deadlines.take(deadline)) return
          this.#ended()
          if (!isQuick(cause)) this.#failed(operation, startedMs, 'failed')
          reject(unavailable(operation, 'failed', cause))
        },
      )
    })
  }

  #ended(): void {
    this.#underWay--
    this.#letIn(1)
  }

  #letIn(count: number): void {
    for (let left = count; left > 0 && this.#firstWaiting < this.#waiting.length; left--)
      this.#waiting[this.#firstWaiting++]?.()
    if (this.#firstWaiting < this.#waiting.length) return
    this.#waiting = []
    this.#firstWaiting = 0
  }

  #succeeded(operation: string, startedMs: number): void {
    if (this.#failures >= failuresToOpen) publish({ kind: 'breaker', open: false })
    this.#failures = 0
    if (cacheChannel.hasSubscribers)
      publish({ kind: 'remote', operation, durationMs: this.#clock.monotonic() - startedMs, outcome: 'done' })
  }

  #failed(operation: string, startedMs: number, outcome: 'failed' | 'timeout'): void {
    const nowMs = this.#clock.monotonic()
    this.#failures++
    this.#openUntilMs = nowMs + openMs
    if (this.#failures === failuresToOpen) publish({ kind: 'breaker', open: true })
    if (this.open) this.#letIn(Number.POSITIVE_INFINITY) // to be refused
    publish({ kind: 'remote', operation, durationMs: nowMs - startedMs, outcome })
  }
}

/** A tier that refuses at once, or a server that refuses one command, keeps nobody waiting: no breaker is needed. */
function isQuick(cause: unknown): boolean {
  return cause instanceof CacheError || (cause as Error | undefined)?.name === 'ReplyError'
}

function unavailable(operation: string, what: string, cause?: unknown): CacheError {
  return new CacheError('CACHE_REMOTE_UNAVAILABLE', `The second tier ${what} (${operation})`, { cause })
}
