import { writeStamp } from '../codec/envelope.js'
import type { Note, SetReply, SetRequest } from '../remote/remote-tier.js'
import { newGen } from './new-gen.js'
import type { RedisLink } from './redis-link.js'
import { invalidationHead } from './redis-message.js'
import { position } from './redis-replies.js'
import { milliseconds, type ScriptRunner } from './script-runner.js'
import { setManyScripts, setOutcomes, setScripts } from './scripts/set-scripts.js'
import type { Topology } from './topology.js'
import type { WireArgument } from './wire-command.js'

interface Waiting {
  readonly request: SetRequest
  resolve(reply: SetReply): void
  reject(error: unknown): void
}

/** Sets that go out as one step, each of another key. */
interface Batch {
  readonly note: Note
  readonly link: RedisLink
  readonly epoch: number
  /** By partition and key. */
  readonly sets: Map<number, Map<string, Waiting>>
  count: number
  bytes: number
}

/** Of one step: more would hold up the server's only thread, and keep it waiting while they are prepared. */
const maxSets = 32
const maxBytes = 2 ** 20

/**
 * Collects the sets of one turn: those that one step can reach go as one, of a cluster those of a partition, which is
 * what most of a set's cost depends on at either end. Sets of one key stay in their order.
 */
export class SetBatch {
  readonly #topology: Topology
  readonly #steps: ScriptRunner
  #batches: Batch[] = []
  /** By partition in a cluster. */
  readonly #last = new Map<number, Batch>()
  #underWay = 0
  #flushing = false

  constructor(topology: Topology, steps: ScriptRunner) {
    this.#topology = topology
    this.#steps = steps
  }

  set(request: SetRequest): Promise<SetReply> {
    return new Promise((resolve, reject) => {
      const { partition, key, envelope, note } = request
      const group = this.#topology.clustered ? partition : 0
      let batch = this.#last.get(group)
      if (!batch || !hasRoom(batch, request)) {
        const link = this.#topology.link(partition)
        batch = { note, link, epoch: link.epoch, sets: new Map(), count: 0, bytes: 0 }
        this.#last.set(group, batch)
        if (this.#batches.push(batch) === 1 && !this.#flushing) this.#flushSoon()
      }
      stamp(request)
      const sets = batch.sets.get(partition)
      if (sets) sets.set(key, { request, resolve, reject })
      else batch.sets.set(partition, new Map([[key, { request, resolve, reject }]]))
      batch.count++
      batch.bytes += envelope.length
      if (batch.count === maxSets) this.#flush(batch.link)
    })
  }

  /** Nobody waits for company in vain: a set alone leaves when the code that is running has ended. */
  #flushSoon(): void {
    this.#flushing = true
    const flush = () => {
      this.#flushing = false
      this.#flush()
    }
    if (this.#underWay === 0) process.nextTick(flush)
    else setImmediate(flush)
  }

  /** In their order. `now`: a full step leaves at once, so that the server works while this process prepares the next. */
  #flush(now?: RedisLink): void {
    const batches = this.#batches
    this.#batches = []
    this.#last.clear()
    for (const batch of batches) void this.#send(batch)
    now?.flush()
  }

  async #send(batch: Batch): Promise<void> {
    const { link, epoch, sets } = batch
    this.#underWay++
    try {
      const [[partition, first]] = sets as unknown as [[number, Map<string, Waiting>]]
      if (link.epoch !== epoch || link !== this.#topology.link(partition)) throw link.away()
      if (batch.count > 1) return await this.#several(batch)
      const [waiting] = first.values() as unknown as [Waiting]
      waiting.resolve(await this.#alone(waiting.request))
    } catch (error) {
      for (const each of sets.values()) for (const { reject } of each.values()) reject(error)
    } finally {
      this.#underWay--
    }
  }

  async #alone({ partition, key, namespace, keepMs, envelope, note }: SetRequest): Promise<SetReply> {
    const head = invalidationHead('keys', note)
    const reply = await this.#steps.store(setScripts, partition, key, full => [
      ...[newGen(), head, namespace],
      full ? '0' : `${milliseconds(keepMs)}`,
      envelope,
    ])
    const bytes = reply as unknown as Buffer
    const seq = bytes.readDoubleBE(25)
    return replyOf(bytes[0] as number, bytes.toString('latin1', 1, 17), seq, bytes.readDoubleBE(17))
  }

  async #several({ note, sets }: Batch): Promise<void> {
    const reply = await this.#steps.storeMany(setManyScripts, sets, full => argumentsOf(note, sets, full))
    const timeMs = Number(reply[0])
    const outcomes = reply[1] as Buffer
    let part = 2
    let at = 0
    for (const each of sets.values()) {
      const { gen, seq } = position(reply, part)
      part += 2
      for (const { resolve } of each.values()) resolve(replyOf(outcomes[at++] as number, gen, seq, timeMs))
    }
  }
}

const digitZero = 0x30

function replyOf(digit: number, gen: string, before: number, timeMs: number): SetReply {
  const outcome = setOutcomes[digit - digitZero] as SetReply['outcome']
  return { gen, seq: outcome === 'kept' ? before : before + 1, outcome, timeMs }
}

function hasRoom({ note, sets, count, bytes }: Batch, request: SetRequest): boolean {
  return (
    count < maxSets &&
    bytes + request.envelope.length <= maxBytes &&
    note.acknowledge === request.note.acknowledge &&
    note.from === request.note.from &&
    !sets.get(request.partition)?.has(request.key)
  )
}

function argumentsOf(note: Note, sets: Batch['sets'], full: boolean): WireArgument[] {
  const args: WireArgument[] = [invalidationHead('keys', note), newGen(), `${sets.size}`]
  for (const [partition, each] of sets) args.push(`${partition}`, `${each.size}`)
  for (const each of sets.values())
    for (const { request } of each.values())
      args.push(request.namespace, full ? '0' : `${milliseconds(request.keepMs)}`, request.envelope)
  return args
}

/** What the script reads in the header, and replaces. */
function stamp({ envelope, known, ttlMs, calledAtMs }: SetRequest): void {
  const { gen, seq } = known
  writeStamp(envelope, { gen, seq, createdAtMs: calledAtMs, expiresAtMs: milliseconds(ttlMs) })
}
