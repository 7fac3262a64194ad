import type { KeyLayout } from './key-layout.js'
import { isOutOfMemory, redisError } from './redis-error.js'
import type { Reply } from './redis-replies.js'
import type { RedisScript, StoringScripts } from './redis-script.js'
import type { Topology } from './topology.js'
import type { WireArgument } from './wire-command.js'

/** Sends scripts with the names and arguments that all of their kind begin with. */
export class ScriptRunner {
  readonly #topology: Topology
  readonly #layout: KeyLayout

  constructor(topology: Topology, layout: KeyLayout) {
    this.#topology = topology
    this.#layout = layout
  }

  onKey(script: RedisScript, partition: number, key: string, args: readonly WireArgument[]): Promise<Reply> {
    const keys = [this.#layout.value(partition, key), this.#layout.metas[partition] as string]
    return this.run(script, partition, keys, [this.#layout.bus, partition, ...args])
  }

  onMeta(script: RedisScript, partition: number, values: readonly string[], args: readonly WireArgument[]) {
    const keys = [this.#layout.metas[partition] as string, ...values]
    return this.run(script, partition, keys, [this.#layout.bus, partition, ...args])
  }

  /** One step for all of them where that can be, else one for each; failures are part of the answer. */
  async onMetas<Found>(
    partitions: readonly number[],
    step: (group: readonly number[]) => Promise<Found[]>,
  ): Promise<(Found | { partition: number; error: unknown })[]> {
    const groups = this.#topology.clustered ? partitions.map(partition => [partition]) : [partitions]
    const told = groups.map(async group => {
      try {
        return await step(group)
      } catch (error) {
        return group.map(partition => ({ partition, error }))
      }
    })
    return (await Promise.all(told)).flat()
  }

  /** A script that stores; when memory is full, what it does to a value that is not to be kept at all. */
  store(
    scripts: StoringScripts,
    partition: number,
    key: string,
    args: (full: boolean) => readonly WireArgument[],
  ): Promise<Reply> {
    const keys = [this.#layout.value(partition, key), this.#layout.metas[partition] as string]
    const first = [this.#layout.bus, partition]
    return this.#store(scripts, partition, keys, full => [...first, ...args(full)])
  }

  /** Of values by partition and key; one step must be able to reach these partitions. */
  storeMany(
    scripts: StoringScripts,
    values: ReadonlyMap<number, ReadonlyMap<string, unknown>>,
    args: (full: boolean) => readonly WireArgument[],
  ): Promise<Reply> {
    const partitions = [...values.keys()]
    const names = this.metas(partitions)
    for (const [partition, keys] of values)
      for (const key of keys.keys()) names.push(this.#layout.value(partition, key))
    return this.#store(scripts, partitions[0] as number, names, full => [this.#layout.bus, ...args(full)])
  }

  async #store(
    scripts: StoringScripts,
    partition: number,
    keys: readonly string[],
    args: (full: boolean) => readonly WireArgument[],
  ): Promise<Reply> {
    try {
      return (await this.#send(scripts.normal, partition, keys, args(false))) as Reply
    } catch (error) {
      if (!isOutOfMemory(error)) throw redisError(error)
      return this.run(scripts.whenFull, partition, keys, args(true))
    }
  }

  metas(partitions: readonly number[]): string[] {
    return partitions.map(partition => this.#layout.metas[partition] as string)
  }

  async run(
    script: RedisScript,
    partition: number,
    keys: readonly string[],
    args: readonly WireArgument[],
  ): Promise<Reply> {
    try {
      return (await this.#send(script, partition, keys, args)) as Reply
    } catch (error) {
      throw redisError(error)
    }
  }

  #send(script: RedisScript, partition: number, keys: readonly string[], args: readonly WireArgument[]) {
    return this.#topology.link(partition).run(script, keys, args)
  }
}

/** Redis takes whole ones. */
export function milliseconds(time: number): number {
  return Math.ceil(time)
}
