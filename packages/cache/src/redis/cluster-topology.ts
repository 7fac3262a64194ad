import { Redis, type RedisOptions } from 'ioredis'
import { CacheError } from '../cache-error.js'
import { RedisLink } from './redis-link.js'
import { linkOptions, onceOptions, type RedisAddress, reconnectDelayMs } from './redis-options.js'
import { addressName, movesSlots, readSlotMap, slotOf } from './slot-map.js'
import type { Topology, TopologyListener } from './topology.js'

interface ClusterSettings {
  readonly seeds: () => readonly RedisAddress[]
  readonly options: RedisOptions
  readonly maxConnections: number
}

/**
 * A cluster's masters that serve partitions, a plain connection each. Redirections are not followed: an answer of
 * another server must not pass for one of the server that was asked. They say that the map has changed, and until it
 * was read again the partition is away.
 */
export class ClusterTopology implements Topology {
  readonly clustered = true
  readonly #settings: ClusterSettings
  readonly #partitions: number
  readonly #nodes = new Map<string, { readonly address: RedisAddress; readonly link: RedisLink }>()
  /** Of each partition, the node that serves it by the map. */
  #owners: (string | undefined)[]
  /** Of each partition, whether the listener was told that it is connected. */
  readonly #served: boolean[]
  #listener: TopologyListener | undefined
  #refusal: CacheError | undefined
  #reading = false
  /** Ends of belief in some node; a map that was asked for before one may be older than it. */
  #losses = 0
  #lossesMapped = -1
  #attempt = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(settings: ClusterSettings, partitions: number) {
    this.#settings = settings
    this.#partitions = partitions
    this.#owners = Array.from({ length: partitions })
    this.#served = Array.from({ length: partitions }, () => false)
  }

  open(listener: TopologyListener): void {
    this.#listener = listener
    void this.#read()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const { link } of this.#nodes.values()) link.close()
  }

  link(partition: number): RedisLink {
    const owner = this.#nodes.get(this.#owners[partition] ?? '')
    if (owner && this.#served[partition]) return owner.link
    throw (
      this.#refusal ??
      owner?.link.away() ??
      new CacheError('CACHE_REMOTE_UNAVAILABLE', `No node of the cluster serves partition ${partition}`)
    )
  }

  links(): readonly RedisLink[] {
    return [...this.#nodes.values()].map(node => node.link)
  }

  subscriber(): Redis {
    const addresses = this.#addresses()
    if (addresses.length === 0)
      throw new CacheError('CACHE_REMOTE_UNAVAILABLE', 'No node of the cluster is known yet')
    return this.#client(addresses[Math.floor(Math.random() * addresses.length)], onceOptions)
  }

  async assertSettled(): Promise<void> {
    const slots = new Set(this.#owners.map((_, partition) => slotOf(partition, this.#partitions)))
    for (const { client } of this.links()) {
      const owners = await readSlotMap(client, this.#partitions, this.#settings.options)
      const same = owners.every((owner, at) => owner && addressName(owner) === this.#owners[at])
      if (!same || (await movesSlots(client, slots)))
        throw new CacheError('CACHE_REMOTE_UNAVAILABLE', 'Slots of the cluster are being moved')
    }
  }

  /** Reads the map, and goes on until every partition is served. */
  async #read(): Promise<void> {
    if (this.#reading || this.#closed) return
    clearTimeout(this.#timer)
    this.#reading = true
    const losses = this.#losses
    const owners = await this.#ask()
    this.#reading = false
    if (this.#closed) return
    if (owners && losses === this.#losses) this.#apply(owners)
    if (this.#served.every(Boolean)) this.#attempt = 0
    else this.#readLater()
  }

  #readLater(): void {
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(() => this.#read(), reconnectDelayMs(this.#attempt++)).unref()
  }

  async #ask(): Promise<(RedisAddress | undefined)[] | undefined> {
    for (const { isUp, client } of this.links())
      if (isUp) {
        const map = await this.#slots(client)
        if (map) return map
      }
    for (const address of this.#addresses()) {
      const client = this.#client(address, onceOptions)
      client.on('error', () => {})
      try {
        await client.connect()
        const map = await this.#slots(client)
        if (map) return map
      } catch {
        // The next one may know.
      } finally {
        client.disconnect()
      }
    }
    return undefined
  }

  #slots(client: Redis): Promise<(RedisAddress | undefined)[] | undefined> {
    return readSlotMap(client, this.#partitions, this.#settings.options).catch(() => undefined)
  }

  #apply(addresses: readonly (RedisAddress | undefined)[]): void {
    const owners = addresses.map(address => address && addressName(address))
    // Replies under way from a node that has given a slot away are refused with all others of that node.
    for (const [partition, owner] of this.#owners.entries())
      if (owner !== owners[partition] && this.#served[partition])
        this.#nodes.get(owner ?? '')?.link.suspect('a slot was moved')
    this.#owners = owners
    this.#lossesMapped = this.#losses
    for (const [name, { link }] of this.#nodes)
      if (!owners.includes(name)) {
        this.#nodes.delete(name)
        link.close()
      }
    this.#refusal = undefined
    for (const address of addresses) if (address) this.#add(address)
    this.#announce()
  }

  #add(address: RedisAddress): void {
    const name = addressName(address)
    if (this.#nodes.has(name)) return
    if (this.#nodes.size + 2 > this.#settings.maxConnections) {
      const message = `The cluster has more masters than maxConnections, ${this.#settings.maxConnections}, allows`
      this.#refusal = new CacheError('CACHE_OPTION_INVALID', message, { field: 'maxConnections' })
      return
    }
    const link = new RedisLink(this.#client(address, linkOptions), true, true, {
      up: () => (this.#lossesMapped === this.#losses ? this.#announce() : void this.#read()),
      down: () => this.#lose(name),
    })
    this.#nodes.set(name, { address, link })
  }

  #announce(): void {
    const gained: number[] = []
    for (const [partition, owner] of this.#owners.entries())
      if (!this.#served[partition] && this.#nodes.get(owner ?? '')?.link.isUp) {
        this.#served[partition] = true
        gained.push(partition)
      }
    if (gained.length > 0) this.#listener?.connected(gained)
  }

  #lose(name: string): void {
    const lost = [...this.#owners.keys()].filter(at => this.#owners[at] === name && this.#served[at])
    for (const partition of lost) this.#served[partition] = false
    this.#losses++
    if (lost.length > 0) this.#listener?.connectionLost(lost)
    this.#readLater()
  }

  /** Whom to ask: the masters that are known, then those that were named. */
  #addresses(): readonly RedisAddress[] {
    const known = [...this.#nodes.values()].map(node => node.address)
    const names = new Set(known.map(addressName))
    return [...known, ...this.#settings.seeds().filter(seed => !names.has(addressName(seed)))]
  }

  #client(address: RedisAddress | undefined, overrides: typeof linkOptions | typeof onceOptions): Redis {
    return new Redis({ ...this.#settings.options, ...address, ...overrides })
  }
}
