import { writeStamp } from '../codec/envelope.js'
import type { SetReply, SetRequest } from '../remote/remote-tier.js'
import { newGen } from './new-gen.js'
import type { RedisLink } from './redis-link.js'
import { invalidationBody } from './redis-message.js'
import { position } from './redis-replies.js'
import { type Argument, milliseconds, type ScriptRunner } from './script-runner.js'
import { setOutcomes, setScripts } from './scripts/set-scripts.js'
import type { Topology } from './topology.js'

interface Waiting {
  readonly request: SetRequest
  resolve(reply: SetReply): void
  reject(error: unknown): void
}

/** Sets of one partition that go out as one step, each of another key. */
interface Batch {
  readonly partition: number
  readonly head: string
  readonly link: RedisLink
  readonly epoch: number
  readonly sets: Map<string, Waiting>
  bytes: number
}

/** Of one step: more would hold up the server's only thread. */
const maxSets = 64
const maxBytes = 2 ** 20

/**
 * Collects the sets of one turn of the event loop: those of a partition go as one step, which is what most of a set's
 * cost depends on at either end. Sets of one key stay in their order.
 */
export class SetBatch {
  readonly #topology: Topology
  readonly #steps: ScriptRunner
  #batches: Batch[] = []
  readonly #last = new Map<number, Batch>()

  constructor(topology: Topology, steps: ScriptRunner) {
    this.#topology = topology
    this.#steps = steps
  }

  set(request: SetRequest): Promise<SetReply> {
    return new Promise((resolve, reject) => {
      const { partition, key, envelope, note } = request
      const head = invalidationBody({ kind: 'keys', names: [] }, note).slice(0, -1)
      let batch = this.#last.get(partition)
      if (!batch || batch.head !== head || batch.sets.has(key) || isFull(batch, envelope.length)) {
        const link = this.#topology.link(partition)
        batch = { partition, head, link, epoch: link.epoch, sets: new Map(), bytes: 0 }
        this.#last.set(partition, batch)
        if (this.#batches.push(batch) === 1) setImmediate(this.#flush)
      }
      stamp(request)
      batch.sets.set(key, { request, resolve, reject })
      batch.bytes += envelope.length
    })
  }

  readonly #flush = (): void => {
    const batches = this.#batches
    this.#batches = []
    this.#last.clear()
    for (const batch of batches) void this.#send(batch)
  }

  async #send({ partition, head, link, epoch, sets }: Batch): Promise<void> {
    try {
      if (link.epoch !== epoch || link !== this.#topology.link(partition)) throw link.away()
      const reply = await this.#steps.storeMany(setScripts, partition, [...sets.keys()], full => {
        const args: Argument[] = [newGen(), head]
        for (const { request } of sets.values())
          args.push(request.namespace, full ? 0 : milliseconds(request.keepMs), request.envelope)
        return args
      })
      const timeMs = Number(reply[3])
      const before = position(reply, 0)
      const after = { gen: before.gen, seq: Number(reply[2]) }
      let at = 4
      for (const { resolve } of sets.values()) {
        const outcome = setOutcomes[Number(reply[at++])] as SetReply['outcome']
        resolve({ ...(outcome === 'kept' ? before : after), outcome, timeMs })
      }
    } catch (error) {
      for (const { reject } of sets.values()) reject(error)
    }
  }
}

function isFull({ sets, bytes }: Batch, more: number): boolean {
  return sets.size === maxSets || bytes + more > maxBytes
}

/** What the script reads in the header, and replaces. */
function stamp({ envelope, known, ttlMs, calledAtMs }: SetRequest): void {
  const { gen, seq } = known
  writeStamp(envelope, { gen, seq, createdAtMs: calledAtMs, expiresAtMs: milliseconds(ttlMs) })
}
