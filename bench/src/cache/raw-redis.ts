import { Redis } from 'ioredis'
import { Packr, Unpackr } from 'msgpackr'

/** The settings of the cache's own coding. */
const packr = new Packr({ useRecords: false, variableMapSize: true, moreTypes: true, useToJSON: false })
const unpackr = new Unpackr({ useRecords: false, moreTypes: true, copyBuffers: true })

/** What somebody would write who has no cache: ioredis with auto-pipelining, and the same coding of values. */
export class RawRedis {
  readonly #client: Redis

  constructor(url: string) {
    this.#client = new Redis(url, { enableAutoPipelining: true })
  }

  async get(key: string): Promise<unknown> {
    const bytes = await this.#client.getBuffer(key)
    return bytes === null ? undefined : unpackr.unpack(bytes)
  }

  async mget(keys: readonly string[]): Promise<Map<string, unknown>> {
    const found = new Map<string, unknown>()
    for (const [at, bytes] of (await this.#client.mgetBuffer([...keys])).entries())
      if (bytes !== null) found.set(keys[at] as string, unpackr.unpack(bytes))
    return found
  }

  async set(key: string, value: unknown, ttlMs: number): Promise<void> {
    await this.#client.set(key, packr.pack(value), 'PX', ttlMs)
  }

  close(): void {
    this.#client.disconnect()
  }
}
