import type { Readable } from 'node:stream'
import type { FeatureFlags } from '@voiceassist/feature-flags'
import type { Clock } from '@voiceassist/kernel'
import type { StreamTickets } from '../services/accounts/stream-tickets.js'
import type { Principal } from '../services/accounts/token-verifier-port.js'
import { comment, OpenStreams } from '../streams/open-streams.js'

const limits = { maxStreams: 1000, maxWaitingBytes: 16 * 1024 } as const

export interface RefetchStreamsOptions {
  readonly flags: FeatureFlags
  readonly tickets: Pick<StreamTickets, 'isAlive'>
  readonly clock: Clock
}

/** The open event streams that tell clients to evaluate again when a flag has changed. */
export class RefetchStreams {
  readonly #flags: FeatureFlags
  readonly #streams: OpenStreams
  #unsubscribe = () => {}

  constructor({ flags, tickets, clock }: RefetchStreamsOptions) {
    this.#flags = flags
    this.#streams = new OpenStreams({ tickets, clock, ...limits })
  }

  /** To be called once, outside of any request: what it starts would count as that request's. */
  start(): void {
    this.#unsubscribe = this.#flags.subscribe(event => {
      if (event.kind === 'changed') this.#streams.send(refetch(event.revision))
    })
    this.#streams.start()
  }

  /**
   * Says at once that there is something to fetch unless `lastEventId` is of the present revision: what changed since the
   * client's evaluation, and before the stream was open, would be missed otherwise.
   * @throws GatewayError TOO_MANY_REQUESTS over 10 streams of one user or 1000 in all.
   */
  open(principal: Principal, lastEventId: string | undefined): Readable {
    const revision = this.#flags.snapshot()?.revision
    const isKnown = revision === undefined || lastEventId === String(revision)
    return this.#streams.open(principal, isKnown ? comment : refetch(revision))
  }

  /** Ends all streams; their clients come back to whoever serves then. */
  close(): void {
    this.#unsubscribe()
    this.#streams.close()
  }
}

function refetch(revision: number): string {
  const data = JSON.stringify({ type: 'refetchEvaluation', etag: String(revision) })
  return `event: message\nid: ${revision}\ndata: ${data}\n\n`
}
