import { PassThrough, type Readable } from 'node:stream'
import type { FeatureFlags } from '@voiceassist/feature-flags'
import type { Clock } from '@voiceassist/kernel'
import { GatewayError } from '../errors.js'
import type { StreamTickets } from '../services/accounts/stream-tickets.js'
import type { Principal } from '../services/accounts/token-verifier-port.js'

/** Keeps proxies from closing what is silent, and finds readers that have gone or are logged out. */
const heartbeatMs = 30_000
const maxStreams = 1000
const maxStreamsOfUser = 10
/** What may wait for a slow reader; beyond it the stream ends, and its reader asks anew. */
const maxWaitingBytes = 16 * 1024

export interface RefetchStreamsOptions {
  readonly flags: FeatureFlags
  readonly tickets: Pick<StreamTickets, 'isAlive'>
  readonly clock: Clock
}

/** The open event streams that tell clients to evaluate again when a flag has changed. */
export class RefetchStreams {
  readonly #options: RefetchStreamsOptions
  readonly #streams = new Map<PassThrough, Principal>()
  readonly #closing = new AbortController()
  #unsubscribe = () => {}

  constructor(options: RefetchStreamsOptions) {
    this.#options = options
  }

  /** To be called once, outside of any request: what it starts would count as that request's. */
  start(): void {
    this.#unsubscribe = this.#options.flags.subscribe(event => {
      if (event.kind !== 'changed') return
      for (const stream of this.#streams.keys()) send(stream, refetch(event.revision))
    })
    void this.#beat()
  }

  /**
   * Says at once that there is something to fetch unless `lastEventId` is of the present revision: what changed since the
   * client's evaluation, and before the stream was open, would be missed otherwise.
   * @throws GatewayError TOO_MANY_REQUESTS over 10 streams of one user or 1000 in all.
   */
  open(principal: Principal, lastEventId: string | undefined): Readable {
    const own = [...this.#streams.values()].filter(({ userId }) => userId === principal.userId)
    if (own.length >= maxStreamsOfUser || this.#streams.size >= maxStreams)
      throw new GatewayError('TOO_MANY_REQUESTS', 'Too many event streams are open', {
        retryAfterSeconds: heartbeatMs / 1000,
      })
    const stream = new PassThrough()
    stream.on('error', () => {}) // the reader has gone
    stream.once('close', () => this.#streams.delete(stream))
    this.#streams.set(stream, principal)
    const revision = this.#options.flags.snapshot()?.revision
    send(stream, revision === undefined || lastEventId === String(revision) ? comment : refetch(revision))
    return stream
  }

  /** Ends all streams; their clients come back to whoever serves then. */
  close(): void {
    this.#unsubscribe()
    this.#closing.abort()
    for (const stream of this.#streams.keys()) stream.end()
  }

  async #beat(): Promise<void> {
    const { clock, tickets } = this.#options
    const { signal } = this.#closing
    while (!signal.aborted) {
      await clock.sleep(heartbeatMs, signal).catch(() => {})
      // One after the other: a thousand checks at once would take all connections of the database.
      for (const [stream, principal] of [...this.#streams]) {
        if (signal.aborted) return
        // Without an answer it stays: a stream carries nothing but the number of a revision.
        const isAlive = await tickets.isAlive(principal).catch(() => true)
        if (isAlive) send(stream, comment)
        else stream.end()
      }
    }
  }
}

const comment = ':\n\n'

function refetch(revision: number): string {
  const data = JSON.stringify({ type: 'refetchEvaluation', etag: String(revision) })
  return `event: message\nid: ${revision}\ndata: ${data}\n\n`
}

function send(stream: PassThrough, text: string): void {
  if (stream.destroyed || stream.writableEnded) return
  if (stream.writableLength + stream.readableLength > maxWaitingBytes) stream.destroy()
  else stream.write(text)
}
