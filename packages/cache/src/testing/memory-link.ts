import { CacheError } from '../cache-error.js'
import type { RemoteIdentity, RemoteListener, RemoteMessage } from '../remote/remote-tier.js'
import type { ScriptedServer } from '../remote/scripted-server.js'
import type { RemoteOperation, ScriptedLink } from '../remote/scripted-tier.js'
import type { CallPlan, GatedMessage, GatedOperation, MessagePlan } from './memory-gate.js'

/** The server as a link sees it. */
export interface MemoryLinkServer {
  readonly partitions: number
  /** Another one after each restart. */
  readonly run: string
  gate(operation: GatedOperation): CallPlan | undefined
  deliver(message: GatedMessage): MessagePlan
  space(prefix: string): ScriptedServer
  size(): { readonly entries: number; readonly bytes: number; readonly evictions: number }
}

interface Connection {
  /** Of the incarnation that it was made to. */
  readonly run: string
  readonly pending: Set<(reason: unknown) => void>
}

interface Subscription {
  readonly run: string
  /** The message that arrives last. */
  last: Promise<unknown>
}

/** What connects one instance with a `MemoryServer`; a test cuts and mends it. */
export class MemoryLink implements ScriptedLink {
  readonly kind = 'memory'
  readonly partitions: number
  readonly #server: MemoryLinkServer
  #listener: RemoteListener | undefined
  #identity: RemoteIdentity = { prefix: '', instance: '' }
  #connection: Connection | undefined
  #subscription: Subscription | undefined
  #thawed: Promise<unknown> | undefined
  #thaw = () => {}

  constructor(server: MemoryLinkServer) {
    this.#server = server
    this.partitions = server.partitions
  }

  get instance(): string {
    return this.#identity.instance
  }

  open(listener: RemoteListener, identity: RemoteIdentity): void {
    this.#listener = listener
    this.#identity = identity
    this.#server.space(identity.prefix).subscribe(identity.instance, message => this.#receive(message))
    queueMicrotask(() => {
      this.reconnectBus()
      this.reconnect()
    })
  }

  async close(): Promise<void> {
    this.#server.space(this.#identity.prefix).unsubscribe(this.instance)
    this.#listener = undefined
    this.#subscription = undefined
    this.#fail(closed())
  }

  /** Calls under way fail, though what was sent may still run; later ones fail at once, until `reconnect`. */
  cut(): void {
    if (!this.#connection) return
    this.#fail(unreachable())
    this.#listener?.connectionLost(this.#all)
  }

  reconnect(): void {
    if (!this.#listener || this.#connection?.run === this.#server.run) return
    this.cut()
    this.#connection = { run: this.#server.run, pending: new Set() }
    this.#listener.connected(this.#all)
  }

  /** Messages under way are lost, and all that follow until `reconnectBus`. */
  cutBus(): void {
    if (!this.#subscription) return
    this.#subscription = undefined
    this.#listener?.busLost()
  }

  reconnectBus(): void {
    if (!this.#listener || this.#subscription?.run === this.#server.run) return
    this.cutBus()
    this.#subscription = { run: this.#server.run, last: Promise.resolve() }
    this.#listener.busBack()
  }

  /** A network that delivers nothing and tells nobody: calls, answers and messages arrive after `thaw`. */
  freeze(): void {
    this.#thawed ??= new Promise(resolve => {
      this.#thaw = () => resolve(undefined)
    })
  }

  thaw(): void {
    this.#thawed = undefined
    this.#thaw()
  }

  run<Result>(operation: RemoteOperation, step: (server: ScriptedServer) => Result): Promise<Result> {
    if (!this.#listener) return Promise.reject(closed())
    const connection = this.#connection
    if (!connection) return Promise.reject(unreachable())
    const plan = this.#server.gate({ ...operation, instance: this.instance }) ?? {}
    const space = this.#server.space(this.#identity.prefix)
    return new Promise((resolve, reject) => {
      connection.pending.add(reject)
      const settled = () => connection.pending.delete(reject)
      plan.reply?.then(undefined, () => {}) // It may be lost before the step has run.
      plan.abandon?.then(undefined, reason => {
        settled()
        reject(reason)
      })
      this.#perform(plan, connection, () => step(space))
        .then(resolve, reject)
        .finally(settled)
    })
  }

  size(): { readonly entries: number; readonly bytes: number; readonly evictions: number } {
    return this.#server.size()
  }

  async #perform<Result>(plan: CallPlan, connection: Connection, step: () => Result): Promise<Result> {
    await plan.send
    await this.#thawed
    // The incarnation that it was sent to is gone, and nobody answers; the caller fails when it is told of that.
    if (connection.run !== this.#server.run) return new Promise<Result>(() => {})
    const result = step()
    plan.ran?.(result)
    await plan.reply
    await this.#thawed
    return result
  }

  #receive(message: RemoteMessage): void {
    const subscription = this.#subscription
    if (subscription?.run !== this.#server.run) return
    const plan = this.#server.deliver({ to: this.instance, message })
    if (plan === 'drop') return
    const arrive = async (when: PromiseLike<unknown> | undefined) => {
      try {
        await when
      } catch {
        return
      }
      await this.#thawed
      if (this.#subscription === subscription) this.#listener?.message(message)
    }
    if (plan && 'copies' in plan) for (const copy of plan.copies) void arrive(copy)
    else subscription.last = subscription.last.then(() => arrive(plan?.hold))
  }

  #fail(reason: unknown): void {
    const failed = this.#connection
    this.#connection = undefined
    for (const reject of failed?.pending ?? []) reject(reason)
  }

  get #all(): number[] {
    return Array.from({ length: this.partitions }, (_, partition) => partition)
  }
}

function unreachable(): CacheError {
  return new CacheError('CACHE_REMOTE_UNAVAILABLE', 'The connection to the second tier is cut')
}

function closed(): CacheError {
  return new CacheError('CACHE_REMOTE_UNAVAILABLE', 'The second tier is not open')
}
