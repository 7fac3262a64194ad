import type { RemoteKey } from '../remote/remote-tier.js'
import type { KeyLayout } from './key-layout.js'
import { redisError } from './redis-error.js'
import type { RedisLink } from './redis-link.js'
import type { Topology } from './topology.js'

interface Read {
  readonly partition: number
  readonly name: string
  resolve(value: Buffer | undefined): void
  reject(error: unknown): void
}

/** Values that one command asks for: more would hold up the server's only thread. */
const maxReads = 256

/**
 * Collects the reads of one turn of the event loop: a single one goes as GET, several as MGET, of a cluster one for
 * each partition. One command and one promise of the client for all of them is what makes it quicker than a pipeline.
 */
export class ReadBatch {
  readonly #topology: Topology
  #reads: Read[] = []
  /** Of the connection at the time of the calls: reads may not go out on the next one. */
  readonly #epochs = new Map<RedisLink, number>()

  constructor(topology: Topology) {
    this.#topology = topology
  }

  get(partition: number, name: string): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      const link = this.#topology.link(partition)
      if (!this.#epochs.has(link)) this.#epochs.set(link, link.epoch)
      if (this.#reads.push({ partition, name, resolve, reject }) === 1) setImmediate(this.#flush)
    })
  }

  /** On one server they are a command of their own as they come. */
  async getMany(keys: readonly RemoteKey[], layout: KeyLayout): Promise<(Buffer | undefined)[]> {
    const names: string[] = []
    for (const { partition, key } of keys) names.push(layout.value(partition, key))
    const [first] = keys
    if (!first) return []
    if (this.#topology.clustered)
      return Promise.all(keys.map(({ partition }, at) => this.get(partition, names[at] as string)))
    try {
      const link = this.#topology.link(first.partition)
      const asked: Promise<unknown>[] = []
      for (let from = 0; from < names.length; from += maxReads)
        asked.push(link.send('mget', names.slice(from, from + maxReads)))
      link.flush()
      const answers = (await Promise.all(asked)) as (Buffer | null | undefined)[][]
      const [values] = answers as [(Buffer | null | undefined)[]]
      for (const more of answers.slice(1)) for (const value of more) values.push(value)
      for (let at = 0; at < values.length; at++) values[at] ??= undefined
      return values as (Buffer | undefined)[]
    } catch (error) {
      throw redisError(error)
    }
  }

  readonly #flush = (): void => {
    const reads = this.#reads
    const epochs = new Map(this.#epochs)
    this.#reads = []
    this.#epochs.clear()
    for (const group of this.#topology.clustered ? byPartition(reads) : [reads])
      for (let from = 0; from < group.length; from += maxReads)
        void this.#ask(group.length <= maxReads ? group : group.slice(from, from + maxReads), epochs)
  }

  async #ask(reads: readonly Read[], epochs: ReadonlyMap<RedisLink, number>): Promise<void> {
    try {
      const link = this.#topology.link((reads[0] as Read).partition)
      if (link.epoch !== epochs.get(link)) throw link.away()
      const names = reads.map(read => read.name)
      const values = names.length === 1 ? [await link.send('get', names)] : await link.send('mget', names)
      for (const [at, value] of (values as (Buffer | null)[]).entries())
        reads[at]?.resolve(value ?? undefined)
    } catch (error) {
      const clean = redisError(error)
      for (const read of reads) read.reject(clean)
    }
  }
}

function byPartition(reads: readonly Read[]): Iterable<Read[]> {
  const groups = new Map<number, Read[]>()
  for (const read of reads) {
    const group = groups.get(read.partition)
    if (group) group.push(read)
    else groups.set(read.partition, [read])
  }
  return groups.values()
}
