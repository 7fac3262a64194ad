import { Redis } from 'ioredis'
import { RedisLink } from './redis-link.js'
import { linkOptions, onceOptions, type RedisSettings } from './redis-options.js'
import type { Topology, TopologyListener } from './topology.js'

type Server = Exclude<RedisSettings['server'], { kind: 'cluster' }>

/** One server, or the master behind Sentinels. */
export class SingleTopology implements Topology {
  readonly clustered = false
  readonly #server: Server
  readonly #all: readonly number[]
  #link: RedisLink | undefined

  constructor(server: Server, partitions: number) {
    this.#server = server
    this.#all = Array.from({ length: partitions }, (_, partition) => partition)
  }

  open(listener: TopologyListener): void {
    const owned = this.#server.kind === 'single'
    this.#link = new RedisLink(
      owned ? this.#client(linkOptions) : this.#server.client,
      owned,
      this.clustered,
      {
        up: () => listener.connected(this.#all),
        down: () => listener.connectionLost(this.#all),
      },
    )
  }

  close(): void {
    this.#link?.close()
  }

  link(): RedisLink {
    return this.#link as RedisLink
  }

  links(): readonly RedisLink[] {
    return this.#link ? [this.#link] : []
  }

  subscriber(): Redis {
    return this.#client(onceOptions)
  }

  async assertSettled(): Promise<void> {}

  #client(overrides: typeof linkOptions | typeof onceOptions): Redis {
    if (this.#server.kind === 'client') return this.#server.client.duplicate(overrides)
    const options = { ...this.#server.options, ...overrides }
    return this.#server.url === undefined ? new Redis(options) : new Redis(this.#server.url, options)
  }
}
