import type { Redis } from 'ioredis'
import { reconnectDelayMs } from './redis-options.js'

export interface BusListener {
  message(bytes: Buffer): void
  lost(): void
  back(): void
}

/**
 * The one connection that listens. Each attempt is a client of its own, so that a cluster's next node, or the
 * Sentinels' next master, can be another one.
 */
export class RedisBus {
  readonly #connect: () => Redis
  readonly #channels: readonly string[]
  readonly #listener: BusListener
  #client: Redis | undefined
  #subscribed = false
  #closed = false
  #attempt = 0
  #timer: NodeJS.Timeout | undefined
  #heard = true
  #asked = false

  constructor(connect: () => Redis, channels: readonly string[], listener: BusListener) {
    this.#connect = connect
    this.#channels = channels
    this.#listener = listener
    this.#start()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#client?.disconnect()
  }

  /** A new connection, as after a failover: the old server may live on and tell nothing. */
  restart(): void {
    this.#client?.disconnect()
  }

  /** Asks a connection that brought nothing since the last call; one that left a question open is dropped. */
  check(): void {
    const client = this.#client
    if (!client || !this.#subscribed) return
    if (this.#heard) this.#asked = false
    else if (this.#asked) client.disconnect()
    else {
      this.#asked = true
      client.ping().then(
        () => {
          this.#heard = true
        },
        () => {},
      )
    }
    this.#heard = false
  }

  #start(): void {
    if (this.#closed) return
    let client: Redis
    try {
      client = this.#connect()
    } catch {
      this.#startLater()
      return
    }
    this.#client = client
    client.on('error', () => {}) // the end follows
    client.on('messageBuffer', (_channel: Buffer, bytes: Buffer) => {
      this.#heard = true
      if (client === this.#client && !this.#closed) this.#listener.message(bytes)
    })
    client.once('close', () => this.#ended(client))
    client
      .connect()
      .then(() => client.subscribe(...this.#channels))
      .then(() => {
        if (client !== this.#client || this.#closed) return
        this.#subscribed = true
        this.#attempt = 0
        this.#heard = true
        this.#asked = false
        this.#listener.back()
      })
      .catch(() => {
        client.disconnect()
        this.#ended(client)
      })
  }

  #ended(client: Redis): void {
    if (client !== this.#client) return
    this.#client = undefined
    if (this.#subscribed && !this.#closed) this.#listener.lost()
    this.#subscribed = false
    this.#startLater()
  }

  #startLater(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => this.#start(), reconnectDelayMs(this.#attempt++)).unref()
  }
}
