import { systemClock } from '@voiceassist/kernel'
import type {
  AcquireReply,
  AcquireRequest,
  Confirmation,
  FillReply,
  FillRequest,
  Meta,
  Note,
  Position,
  PositionReply,
  PositionsReply,
  Registry,
  RegistryId,
  RemoteIdentity,
  RemoteKey,
  RemoteListener,
  RemoteTier,
  Scope,
  SetReply,
  SetRequest,
} from '../remote/remote-tier.js'
import { KeyLayout } from './key-layout.js'
import { newGen } from './new-gen.js'
import { ReadBatch } from './read-batch.js'
import { RedisBus } from './redis-bus.js'
import { redisError } from './redis-error.js'
import { confirmationMessage, invalidationBody, parseMessages } from './redis-message.js'
import { acquired, meta, position, type Reply, registry } from './redis-replies.js'
import { scanKeys } from './redis-scan.js'
import { milliseconds, ScriptRunner } from './script-runner.js'
import { invalidateKeysScript, invalidateScopeScript } from './scripts/invalidation-scripts.js'
import { acquireScript, fillScripts, releaseScript, renewScript } from './scripts/lease-scripts.js'
import { newGenScript, positionsScript, readMetaScript } from './scripts/meta-scripts.js'
import { registryScript, removeRowScript, renewRowScript } from './scripts/registry-scripts.js'
import { measureServers, type ServerSize } from './server-size.js'
import { SetBatch } from './set-batch.js'
import type { Topology } from './topology.js'

/** Keys that one script invalidates: more would hold up the server's only thread. */
const maxKeys = 512

/** The second tier on a Redis or Valkey: each step is a script, each read a plain GET. */
export class RedisTier implements RemoteTier {
  readonly kind = 'redis'
  readonly partitions: number
  readonly #topology: Topology
  readonly #healthCheckIdleMs: number
  readonly #reads: ReadBatch
  #layout: KeyLayout
  #steps: ScriptRunner
  #sets: SetBatch
  #bus: RedisBus | undefined
  #health: NodeJS.Timeout | undefined
  #size: { readonly at: number; readonly value: Promise<ServerSize> } | undefined

  constructor(topology: Topology, partitions: number, healthCheckIdleMs: number) {
    this.#topology = topology
    this.partitions = partitions
    this.#healthCheckIdleMs = healthCheckIdleMs
    this.#reads = new ReadBatch(topology)
    this.#layout = new KeyLayout('', partitions)
    this.#steps = new ScriptRunner(topology, this.#layout)
    this.#sets = new SetBatch(topology, this.#steps)
  }

  open(listener: RemoteListener, { prefix, instance }: RemoteIdentity): void {
    const layout = new KeyLayout(prefix, this.partitions)
    this.#layout = layout
    this.#steps = new ScriptRunner(this.#topology, layout)
    this.#sets = new SetBatch(this.#topology, this.#steps)
    this.#topology.open({
      connected: partitions => listener.connected(partitions),
      connectionLost: partitions => {
        // The bus goes along: it may listen to the same server, which may live on and be nobody's master.
        this.#bus?.restart()
        listener.connectionLost(partitions)
      },
    })
    this.#bus = new RedisBus(() => this.#topology.subscriber(), [layout.bus, layout.inbox(instance)], {
      message: bytes => {
        for (const message of parseMessages(bytes)) listener.message(message)
      },
      lost: () => listener.busLost(),
      back: () => listener.busBack(),
    })
    this.#health = setInterval(() => {
      this.#bus?.check()
      for (const link of this.#topology.links()) link.check()
    }, this.#healthCheckIdleMs).unref()
  }

  async close(): Promise<void> {
    clearInterval(this.#health)
    this.#bus?.close()
    this.#topology.close()
  }

  get(partition: number, key: string): Promise<Buffer | undefined> {
    return this.#reads.get(partition, this.#layout.value(partition, key))
  }

  getMany(keys: readonly RemoteKey[]): Promise<(Buffer | undefined)[]> {
    return this.#reads.getMany(keys, this.#layout)
  }

  async acquire({ partition, key, ...request }: AcquireRequest): Promise<AcquireReply> {
    const { namespace, token, leaseMs, replaces = '' } = request
    const args = [newGen(), namespace, token, milliseconds(leaseMs), replaces]
    return acquired(await this.#steps.onKey(acquireScript, partition, key, args))
  }

  async renew(partition: number, key: string, token: string, leaseMs: number): Promise<boolean> {
    return Number(await this.#steps.onKey(renewScript, partition, key, [token, milliseconds(leaseMs)])) === 1
  }

  async fill({ partition, key, ...request }: FillRequest): Promise<FillReply> {
    const { namespace, token, envelope, keepMs } = request
    const reply = await this.#steps.store(fillScripts, partition, key, full => [
      ...[newGen(), namespace, token, envelope],
      full ? 0 : milliseconds(keepMs),
    ])
    return { ...position(reply, 1), stored: reply[0] === 1 }
  }

  async release(partition: number, key: string, token: string): Promise<void> {
    await this.#steps.onKey(releaseScript, partition, key, [token])
  }

  async invalidateKeys(partition: number, keys: readonly string[], note: Note): Promise<Position> {
    const steps: Promise<Reply>[] = []
    for (let from = 0; from < Math.max(keys.length, 1); from += maxKeys) {
      const names = keys.slice(from, from + maxKeys)
      const values = names.map(key => this.#layout.value(partition, key))
      const body = invalidationBody({ kind: 'keys', names }, note)
      steps.push(this.#steps.onMeta(invalidateKeysScript, partition, values, [newGen(), body]))
    }
    return position((await Promise.all(steps)).at(-1) as Reply, 0)
  }

  async invalidateScope(partitions: readonly number[], scope: Scope, note: Note): Promise<PositionReply[]> {
    const body = invalidationBody(scope, note)
    return this.#steps.onMetas(partitions, async group => {
      const args = [this.#layout.bus, body, newGen(), scope.kind, ...group, ...scope.names]
      const reply = await this.#steps.run(
        invalidateScopeScript,
        group[0] as number,
        this.#steps.metas(group),
        args,
      )
      return group.map((partition, at) => ({ partition, ...position(reply[at] as Reply, 0) }))
    })
  }

  set(request: SetRequest): Promise<SetReply> {
    return this.#sets.set(request)
  }

  scan(literalPrefix: string): AsyncIterable<readonly RemoteKey[]> {
    return scanKeys(this.#topology, this.#layout, literalPrefix)
  }

  async readMeta(partition: number): Promise<Meta> {
    return meta(await this.#steps.onMeta(readMetaScript, partition, [], [newGen()]))
  }

  positions(): Promise<readonly PositionsReply[]> {
    const all = this.#layout.metas.map((_, partition) => partition)
    return this.#steps.onMetas(all, async group => {
      const args = [this.#layout.bus, '', newGen(), ...group]
      const [time, ...found] = await this.#steps.run(
        positionsScript,
        group[0] as number,
        this.#steps.metas(group),
        args,
      )
      const timeMs = Number(time)
      return group.map((partition, at) => {
        const reply = found[at] as Reply
        return { partition, ...position(reply, 0), floor: Number(reply[2]), timeMs }
      })
    })
  }

  async newGen(partition: number, gen: string): Promise<void> {
    await this.#steps.onMeta(newGenScript, partition, [], [newGen(), gen])
  }

  async renewRow(instance: string, info: string): Promise<RegistryId> {
    const reply = await this.#steps.run(
      renewRowScript,
      0,
      [this.#layout.registry],
      [newGen(), instance, info],
    )
    return { nonce: String(reply[0]), run: String(reply[1]) }
  }

  async registry(): Promise<Registry> {
    return registry(await this.#steps.run(registryScript, 0, [this.#layout.registry], []))
  }

  async removeRow(instance: string, counter: number | 'any'): Promise<void> {
    await this.#steps.run(removeRowScript, 0, [this.#layout.registry], [instance, counter])
  }

  async confirm(to: string, confirmation: Confirmation): Promise<void> {
    try {
      const args = [this.#layout.inbox(to), confirmationMessage(confirmation)]
      await this.#topology.link(confirmation.partition).send('publish', args)
    } catch (error) {
      throw redisError(error)
    }
  }

  size(): Promise<ServerSize> {
    const now = systemClock.monotonic()
    if (!this.#size || now - this.#size.at > 5000) {
      const value = measureServers(this.#topology.links())
      this.#size = { at: now, value }
      value.catch(() => {
        this.#size = undefined
      })
    }
    return this.#size.value
  }
}
