import { PassThrough, type Readable } from 'node:stream'
import type { Clock } from '@voiceassist/kernel'
import { GatewayError } from '../errors.js'
import type { StreamTickets } from '../services/accounts/stream-tickets.js'
import type { Principal } from '../services/accounts/token-verifier-port.js'

/** Keeps proxies from closing what is silent, and finds readers that have gone or are logged out. */
const heartbeatMs = 30_000
const maxStreamsOfUser = 10

/** What keeps a reader's connection without saying anything. */
export const comment = ':\n\n'

export interface OpenStreamsOptions {
  readonly tickets: Pick<StreamTickets, 'isAlive'>
  readonly clock: Clock
  readonly maxStreams: number
  /** What may wait for a slow reader; beyond it the stream ends, and its reader comes back. */
  readonly maxWaitingBytes: number
}

/** Event streams that last while their readers stay and are logged in. */
export class OpenStreams {
  readonly #options: OpenStreamsOptions
  readonly #streams = new Map<PassThrough, Principal>()
  readonly #closing = new AbortController()

  constructor(options: OpenStreamsOptions) {
    this.#options = options
  }

  /** To be called once, outside of any request: what it starts would count as that request's. */
  start(): void {
    void this.#beat()
  }

  /**
   * @param first what the reader is told at once
   * @throws GatewayError TOO_MANY_REQUESTS over 10 streams of one user or `maxStreams` in all.
   */
  open(principal: Principal, first: string): Readable {
    const own = [...this.#streams.values()].filter(({ userId }) => userId === principal.userId)
    if (own.length >= maxStreamsOfUser || this.#streams.size >= this.#options.maxStreams)
      throw new GatewayError('TOO_MANY_REQUESTS', 'Too many event streams are open', {
        retryAfterSeconds: heartbeatMs / 1000,
      })
    const stream = new PassThrough()
    stream.on('error', () => {}) // the reader has gone
    stream.once('close', () => this.#streams.delete(stream))
    this.#streams.set(stream, principal)
    this.#send(stream, first)
    return stream
  }

  /** Says the same to all. */
  send(text: string): void {
    for (const stream of this.#streams.keys()) this.#send(stream, text)
  }

  /** Ends all streams; their clients come back to whoever serves then. */
  close(): void {
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
        // Without an answer it stays: streams carry numbers, and nothing about anybody.
        const isAlive = await tickets.isAlive(principal).catch(() => true)
        if (isAlive) this.#send(stream, comment)
        else stream.end()
      }
    }
  }

  #send(stream: PassThrough, text: string): void {
    if (stream.destroyed || stream.writableEnded) return
    if (stream.writableLength + stream.readableLength > this.#options.maxWaitingBytes) stream.destroy()
    else stream.write(text)
  }
}
