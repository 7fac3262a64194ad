import { matchGlob } from '#src/key/match-glob'
import { partitionOf } from '#src/key/partition-of'
import type { Scope } from '#src/remote/remote-tier'
import { tagsOf } from './source.js'

/** The longest that an instance may believe what it holds, and the margin: as docs/decisions states them. */
export const boundMs = 2050
const leaseMs = 5000

interface Holder {
  readonly token: string
  readonly gen: string
  readonly seq: number
  readonly instance: string
  untilMs: number
}

/** Judges what instances return and the second tier stores; it knows the source, and nothing of the engine's state. */
export class Oracle {
  readonly bad: string[] = []
  readonly stats = { reads: 0, fills: 0, sets: 0, acknowledged: 0, refused: 0 }
  readonly #keys: readonly string[]
  readonly #partitions: number
  /** The newest version whose predecessor was invalidated by a step that has run. */
  readonly #ran = new Map<string, number>()
  readonly #timed: { key: string; v: number; atMs: number }[] = []
  readonly #acknowledged = new Map<string, number>()
  /** By instance. */
  readonly #own = new Map<string, Map<string, number>>()
  readonly #holders = new Map<string, Holder>()

  constructor(keys: readonly string[], partitions: number) {
    this.#keys = keys
    this.#partitions = partitions
  }

  violation(text: string): void {
    this.bad.push(text)
  }

  reached(kind: Scope['kind'] | 'keys', names: readonly string[], partitions?: readonly number[]): string[] {
    return this.#keys.filter(key => {
      if (partitions && !partitions.includes(partitionOf(key, this.#partitions))) return false
      if (kind === 'keys') return names.includes(key)
      if (kind === 'namespaces') return names.includes(key.slice(0, key.indexOf(':')))
      if (kind === 'tags') return tagsOf(key).some(tag => names.includes(tag))
      return names.some(pattern => matchGlob(pattern, key))
    })
  }

  /** A step of the second tier invalidated what is older than `v`. */
  invalidated(key: string, v: number, atMs: number): void {
    raise(this.#ran, key, v)
    this.#timed.push({ key, v, atMs })
    this.#holders.delete(key)
  }

  stored(key: string, v: number, by: string): void {
    const due = this.#ran.get(key) ?? 1
    if (v < due)
      this.violation(`the second tier stored ${key} v${v} by ${by} after v${due} had invalidated it`)
  }

  /** A call that named these keys was acknowledged. */
  acknowledged(key: string, v: number): void {
    raise(this.#acknowledged, key, v)
  }

  /** A call of this instance returned. */
  own(instance: string, key: string, v: number): void {
    let own = this.#own.get(instance)
    if (!own) {
      own = new Map()
      this.#own.set(instance, own)
    }
    raise(own, key, v)
  }

  /** What a read that begins now must return at least. */
  due(instance: string, key: string, nowMs: number): number {
    let due = Math.max(this.#acknowledged.get(key) ?? 1, this.#own.get(instance)?.get(key) ?? 1)
    for (const each of this.#timed)
      if (each.key === key && nowMs >= each.atMs + boundMs) due = Math.max(due, each.v)
    return due
  }

  /** What every instance must return once all is well again. */
  ran(key: string): number {
    return this.#ran.get(key) ?? 1
  }

  returned(instance: string, key: string, value: unknown, due: number, how: string): void {
    this.stats.reads++
    const version = value as { key?: unknown; v?: unknown } | null | undefined
    if (
      version === null ||
      typeof version !== 'object' ||
      version.key !== key ||
      typeof version.v !== 'number'
    )
      this.violation(`${how} of ${key} at ${instance} returned ${JSON.stringify(value)}`)
    else if (version.v < due)
      this.violation(`${how} of ${key} at ${instance} returned v${version.v}, and v${due} was due`)
  }

  leased(
    key: string,
    token: string,
    instance: string,
    at: { gen: string; seq: number },
    serverMs: number,
  ): void {
    const holder = this.#holders.get(key)
    if (holder && holder.gen === at.gen && holder.seq === at.seq && holder.untilMs > serverMs)
      this.violation(`${key} was leased to ${instance} while ${holder.instance} loads it, at one read point`)
    const { gen, seq } = at
    this.#holders.set(key, { token, gen, seq, instance, untilMs: serverMs + leaseMs })
  }

  renewed(key: string, token: string, serverMs: number): void {
    const holder = this.#holders.get(key)
    if (holder?.token === token) holder.untilMs = serverMs + leaseMs
  }

  released(key: string, token: string): void {
    if (this.#holders.get(key)?.token === token) this.#holders.delete(key)
  }

  /** A fault took leases away. */
  leasesLost(): void {
    this.#holders.clear()
  }
}

function raise(versions: Map<string, number>, key: string, v: number): void {
  if ((versions.get(key) ?? 0) < v) versions.set(key, v)
}
