import type { InvalidateOptions, InvalidateResult } from '../cache.js'
import { CacheError } from '../cache-error.js'
import { publish } from '../cache-events.js'
import type { Core, Shared } from '../core.js'
import { literalPrefix, matchGlob } from '../key/match-glob.js'
import type { Partition } from '../mirror/partition.js'
import type { Invalidated, Note, PartitionPosition, Scope } from '../remote/remote-tier.js'
import type { Acknowledger } from './acknowledger.js'

const keysPerStep = 500
const scanAttempts = 5

/** Where each part of an invalidation ran, and whether any part is only journaled. */
interface Reach {
  readonly at: PartitionPosition[]
  journaled: boolean
}

/** Deletes by key, tag, namespace and pattern, in both tiers. */
export class Invalidator {
  readonly #core: Core
  readonly #acknowledger: Acknowledger | null
  readonly #replaying = new Map<Partition, Promise<boolean>>()

  constructor(core: Core, acknowledger: Acknowledger | null) {
    this.#core = core
    this.#acknowledger = acknowledger
  }

  async keys(keys: readonly string[], options: InvalidateOptions = {}): Promise<InvalidateResult> {
    const byPartition = new Map<Partition, string[]>()
    for (const key of new Set(keys)) {
      const partition = this.#core.partitionFor(key)
      const names = byPartition.get(partition)
      if (names) names.push(key)
      else byPartition.set(partition, [key])
    }
    const reach: Reach = { at: [], journaled: false }
    await Promise.all(
      [...byPartition].map(([partition, names]) => this.#sendKeys(partition, names, options, reach)),
    )
    return this.#finish('key', reach, options)
  }

  async scope(scope: Scope, options: InvalidateOptions = {}): Promise<InvalidateResult> {
    const reach: Reach = { at: [], journaled: false }
    await this.#sendScope(this.#core.partitions, scope, options, reach)
    return this.#finish(scope.kind === 'tags' ? 'tag' : 'namespace', reach, options)
  }

  /** First recorded, so that no fill of an older read is taken any more; then what is stored goes, key by key. */
  async pattern(pattern: string, options: InvalidateOptions = {}): Promise<InvalidateResult> {
    const reach: Reach = { at: [], journaled: false }
    await this.#sendScope(this.#core.partitions, { kind: 'patterns', names: [pattern] }, options, reach)
    if (this.#core.shared && !reach.journaled) {
      const { partitions } = this.#core
      if (!(await this.#walk(pattern, partitions, options, reach))) {
        for (const partition of partitions) this.journal(partition, { kind: 'patterns', names: [pattern] })
        reach.journaled = true
      }
    }
    return this.#finish('pattern', reach, options)
  }

  /** Sends what is journaled for the partition; false while the second tier does not take it. */
  replay(partition: Partition): Promise<boolean> {
    let running = this.#replaying.get(partition)
    if (!running) {
      running = this.#replay(partition).finally(() => this.#replaying.delete(partition))
      this.#replaying.set(partition, running)
    }
    return running
  }

  /** An operation that was to change the key got no answer: it may have run or not, so the key is to be deleted. */
  journal(partition: Partition, scope: Invalidated): void {
    partition.journal.add(scope)
    partition.distrust()
  }

  async #sendKeys(
    partition: Partition,
    keys: readonly string[],
    options: InvalidateOptions,
    reach: Reach,
  ): Promise<void> {
    for (let at = 0; at < keys.length; at += keysPerStep) {
      const scope: Invalidated = { kind: 'keys', names: keys.slice(at, at + keysPerStep) }
      await this.#send(partition, scope, options, reach)
    }
  }

  async #send(
    partition: Partition,
    scope: Invalidated,
    options: InvalidateOptions,
    reach: Reach,
  ): Promise<void> {
    const { shared } = this.#core
    if (!shared) {
      partition.applyAlone(scope)
      return
    }
    try {
      await this.#core.arrival(partition)
      const position = await this.#step(shared, partition, scope, this.#note(options))
      shared.sync.applyOwn(partition, scope, position)
      reach.at.push({ ...position, partition: partition.index })
    } catch {
      this.journal(partition, scope)
      reach.journaled = true
    }
  }

  /** All partitions in one step where the second tier can. */
  async #sendScope(
    partitions: readonly Partition[],
    scope: Scope,
    options: InvalidateOptions,
    reach: Reach,
  ): Promise<void> {
    const { shared } = this.#core
    if (!shared) {
      for (const partition of partitions) partition.applyAlone(scope)
      return
    }
    await Promise.all(partitions.map(partition => this.#core.arrival(partition)))
    const connected = partitions.filter(partition => partition.connected)
    const connections = new Map(connected.map(partition => [partition.index, partition.connection]))
    const done = new Set<number>()
    try {
      const indexes = connected.map(partition => partition.index)
      const replies = await shared.guard.run('invalidate', null, () =>
        shared.tier.invalidateScope(indexes, scope, this.#note(options)),
      )
      for (const reply of replies) {
        const partition = this.#core.partitions[reply.partition]
        if ('error' in reply || !partition || partition.connection !== connections.get(reply.partition))
          continue
        shared.sync.applyOwn(partition, scope, reply)
        reach.at.push(reply)
        done.add(reply.partition)
      }
    } catch {
      // what is not done is journaled
    }
    for (const partition of partitions) {
      if (done.has(partition.index)) continue
      this.journal(partition, scope)
      reach.journaled = true
    }
  }

  /** False: it could not be walked to its end. */
  async #walk(
    pattern: string,
    partitions: readonly Partition[],
    options: InvalidateOptions,
    reach: Reach,
  ): Promise<boolean> {
    const { shared } = this.#core
    for (let attempt = 1; shared && attempt <= scanAttempts; attempt++) {
      try {
        const batches = shared.tier.scan(literalPrefix(pattern))[Symbol.asyncIterator]()
        for (;;) {
          const { done, value: found } = await shared.guard.run('scan', null, () => batches.next())
          if (done) return true
          const matching = found.filter(({ key }) => matchGlob(pattern, key))
          for (const partition of partitions) {
            const keys = matching.filter(key => key.partition === partition.index).map(({ key }) => key)
            if (keys.length > 0) await this.#sendKeys(partition, keys, options, reach)
          }
        }
      } catch {
        // the topology changed, or the tier is away: once more from the start
      }
    }
    return false
  }

  async #replay(partition: Partition): Promise<boolean> {
    const { shared } = this.#core
    for (let scope = partition.journal.first(); shared && scope; scope = partition.journal.first()) {
      try {
        const position = await this.#step(shared, partition, scope, this.#note({}))
        if (scope.kind === 'patterns') {
          const reach: Reach = { at: [], journaled: false }
          for (const pattern of scope.names)
            if (!(await this.#walk(pattern, [partition], {}, reach))) return false
        }
        partition.journal.done(scope)
        shared.sync.applyOwn(partition, scope, position)
      } catch {
        return false
      }
    }
    return true
  }

  async #step({ tier, guard }: Shared, partition: Partition, scope: Invalidated, note: Note) {
    const { index } = partition
    return guard.run('invalidate', partition, async () => {
      if (scope.kind === 'keys') return tier.invalidateKeys(index, scope.names, note)
      if (scope.kind === 'all') {
        // The one that is known here may be another: then nothing would be void.
        const { gen } = await tier.readMeta(index)
        await tier.newGen(index, gen)
        return tier.readMeta(index)
      }
      const [reply] = await tier.invalidateScope([index], scope, note)
      if (!reply || 'error' in reply) throw reply?.error ?? new Error('no reply')
      return reply
    })
  }

  #note({ acknowledged = false }: InvalidateOptions): Note {
    return { from: this.#core.instance, acknowledge: acknowledged }
  }

  async #finish(
    by: 'key' | 'tag' | 'namespace' | 'pattern',
    reach: Reach,
    options: InvalidateOptions,
  ): Promise<InvalidateResult> {
    const remote = this.#core.shared ? (reach.journaled ? 'journaled' : 'done') : 'none'
    publish({ kind: 'invalidation', by, remote })
    const acknowledged = await this.settle(reach.at, reach.journaled, options)
    return { memory: true, remote, acknowledged }
  }

  /**
   * Waits, where the caller asked for it, until nobody serves the old value.
   * @throws CacheError CACHE_REMOTE_UNAVAILABLE when part of it is only journaled.
   */
  async settle(
    at: readonly PartitionPosition[],
    journaled: boolean,
    options: InvalidateOptions,
  ): Promise<boolean> {
    if (!options.acknowledged) return false
    if (journaled)
      throw new CacheError(
        'CACHE_REMOTE_UNAVAILABLE',
        'The second tier does not answer: other instances may still serve the old value. The invalidation is journaled',
        { remedy: 'It is sent when the tier answers again; call again to wait for that' },
      )
    await this.#acknowledger?.settled(at)
    return true
  }
}
