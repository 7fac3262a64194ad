import type { Redis } from 'ioredis'
import { CacheError } from '../cache-error.js'
import { isElsewhere, redisError, replyCode } from './redis-error.js'
import type { RedisScript } from './redis-script.js'
import { checkServer } from './server-check.js'
import { type WireArgument, WireCommand } from './wire-command.js'

export interface LinkEvents {
  /** The server was checked: commands may be sent. */
  up(): void
  /** Before any reply of the next connection. */
  down(): void
}

/** Until a server that was refused, or did not tell, is looked at again. */
const retryMs = 500

/**
 * One connection for commands, and when to believe it: after the server was checked, until it closes or an answer says
 * that the server is another one now. Replies to what was sent before that are refused, whoever resent it.
 */
export class RedisLink {
  /** Counts the ends of belief. */
  epoch = 0
  /** Answers, and how many there were at the last look: that alone tells whether a connection idles. */
  #replies = 0
  #seen = -1
  #asked = false
  readonly client: Redis
  readonly #events: LinkEvents
  readonly #owned: boolean
  #up = false
  #corked = false
  #closed = false
  #reason = 'not connected yet'
  #refusal: CacheError | undefined
  #retry: NodeJS.Timeout | undefined

  readonly #clustered: boolean

  /** `owned`: made for this link, which closes it and may drop its connection. */
  constructor(client: Redis, owned: boolean, clustered: boolean, events: LinkEvents) {
    this.#clustered = clustered
    this.client = client
    this.#owned = owned
    this.#events = events
    client.on('ready', this.#check)
    client.on('close', this.#lost)
    client.on('error', this.#failed)
    if (client.status === 'ready') void this.#check()
    else if (client.status === 'wait') client.connect().catch(() => {})
  }

  get isUp(): boolean {
    return this.#up
  }

  async send(command: string, args: readonly WireArgument[]): Promise<unknown> {
    if (!this.#up) throw this.away()
    const { epoch } = this
    this.#cork()
    try {
      // Not `callBuffer`: a client that pipelines by itself loses the name of what it is given so, and throws later.
      const reply = await this.client.sendCommand(new WireCommand(command, args))
      if (epoch !== this.epoch) throw this.away()
      this.#replies++
      return reply
    } catch (error) {
      if (epoch === this.epoch && isElsewhere(error)) this.suspect(replyCode(error))
      throw error
    }
  }

  /** Commands of one turn leave in one write: a system call for each is most of what a script costs this process. */
  #cork(): void {
    if (this.#corked) return
    this.#corked = true
    const { stream } = this.client
    stream.cork()
    process.nextTick(() => {
      if (!this.#corked) return
      this.#corked = false
      stream.uncork()
    })
  }

  /** What was sent leaves now: the server works on it while this turn goes on. */
  flush(): void {
    if (!this.#corked) return
    this.#corked = false
    this.client.stream.uncork()
  }

  async run(script: RedisScript, keys: readonly string[], args: readonly WireArgument[]) {
    const rest = [keys.length, ...keys, ...args]
    try {
      return await this.send('evalsha', [script.sha, ...rest])
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return this.send('eval', [script.lua, ...rest])
    }
  }

  away(): CacheError {
    if (this.#refusal) return this.#refusal
    return new CacheError('CACHE_REMOTE_UNAVAILABLE', `Redis is away: ${this.#reason}`, {
      remedy: 'The cache goes on without it and connects again by itself',
    })
  }

  /** Believes nothing from here on until the server was checked again. */
  suspect(reason: string): void {
    this.#down(reason)
    if (this.#owned) this.client.disconnect(true)
    else this.#checkLater()
  }

  /** Asks a connection that answered nothing since the last call; one that left a question open is dropped. */
  check(): void {
    if (!this.#up) return
    if (this.#replies !== this.#seen) this.#asked = false
    else if (this.#asked) this.suspect('it does not answer')
    else {
      this.#asked = true
      this.send('ping', []).catch(() => {})
    }
    this.#seen = this.#replies
  }

  close(): void {
    this.#closed = true
    this.#down('closed')
    clearTimeout(this.#retry)
    this.client.off('ready', this.#check)
    this.client.off('close', this.#lost)
    if (this.#owned) this.client.disconnect()
    else this.client.off('error', this.#failed)
  }

  readonly #check = async (): Promise<void> => {
    clearTimeout(this.#retry)
    const { epoch } = this
    try {
      const refusal = await checkServer(this.client, this.#clustered)
      if (epoch !== this.epoch || this.#up || this.#closed) return
      this.#refusal = refusal
      if (refusal) return this.#checkLater()
      this.#up = true
      this.#events.up()
    } catch (error) {
      if (epoch !== this.epoch || this.#closed) return
      this.#reason = redisError(error).message
      this.#checkLater()
    }
  }

  #checkLater(): void {
    clearTimeout(this.#retry)
    if (this.#closed) return
    this.#retry = setTimeout(() => {
      if (this.client.status !== 'ready') return
      // A new connection asks the Sentinels, or the name's addresses, again; somebody else's stays as it is.
      if (this.#owned) this.client.disconnect(true)
      else void this.#check()
    }, retryMs).unref()
  }

  readonly #lost = (): void => this.#down('the connection closed')

  readonly #failed = (error: Error): void => {
    this.#reason = replyCode(error)
  }

  #down(reason: string): void {
    this.epoch++
    this.#refusal = undefined
    if (!this.#up) return
    this.#up = false
    this.#reason = reason
    this.#events.down()
  }
}
