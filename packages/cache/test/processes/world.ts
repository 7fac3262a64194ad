import { eventually } from '@voiceassist/testkit'
import { expect } from 'vitest'
import { partitionOf } from '#src/key/partition-of'
import { CacheProcess, Gone, type Message, type WorkerOptions } from './cache-process.js'
import { Oracle, type Pair } from './oracle.js'

interface Facts {
  readonly beats: number
  readonly loads: number
  readonly memoryHits: number
  readonly longestAcknowledgedMs: number
}

interface Write {
  readonly worker: CacheProcess
  readonly pairs: readonly Pair[]
}

let worlds = 0

/** One key in each partition, beside those of the load. */
const probes = Array.from({ length: 16 }, (_, partition) => {
  for (let at = 0; ; at++) if (partitionOf(`probe:${at}`, 16) === partition) return `probe:${at}`
})

/** Four processes over one second tier, their source, and the oracle that judges each answer. */
export class World {
  readonly oracle = new Oracle()
  readonly keys = ['a', 'b'].flatMap(namespace => Array.from({ length: 16 }, (_, at) => `${namespace}:${at}`))
  readonly workers: CacheProcess[] = []
  /** What the samplers of hits found. */
  readonly stale: string[] = []
  /** Calls that ended; invalidations among them that were only journaled. */
  readonly count = { ended: 0, acknowledged: 0, journaled: 0 }
  /** In the source's place; undefined: it fails. */
  answer: ((keys: readonly string[]) => number[] | undefined | Promise<number[]>) | undefined
  begun = () => {}
  readonly #options: WorkerOptions
  /** Keys of a `set` under way: a later version would make it one that was stale when called. */
  readonly #setting = new Set<string>()
  readonly #underWay = new Set<Write>()

  static async open(options: Omit<WorkerOptions, 'prefix'>): Promise<World> {
    const world = new World({
      verifyHits: 1,
      remoteTimeoutMs: 250,
      ...options,
      prefix: `w${process.pid}-${worlds++}`,
    })
    for (let at = 0; at < 4; at++) world.workers.push(world.#start())
    try {
      await Promise.all(world.workers.map(worker => worker.ready))
      await world.connected()
      return world
    } catch (error) {
      await world.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map(worker => worker.kill()))
  }

  private constructor(options: WorkerOptions) {
    this.#options = options
  }

  versions(keys: readonly string[]): number[] {
    return keys.map(key => this.oracle.version(key))
  }

  /** Those that run. */
  live(): CacheProcess[] {
    return this.workers.filter(worker => !worker.gone && !worker.stopped)
  }

  async read(
    worker: CacheProcess,
    call: string,
    keys: readonly string[],
    options?: object,
  ): Promise<readonly Pair[]> {
    const floors = this.oracle.floors(worker, keys)
    try {
      const answer = await worker.call<readonly Pair[]>({ call, keys, options })
      this.oracle.judge(call, floors, answer)
      return answer
    } catch (error) {
      if (error instanceof Gone || (error as Error).message === 'the source fails') return []
      throw error
    } finally {
      this.count.ended++
    }
  }

  /** Changes the source at `keys`, and tells one process in the way that `message` says. */
  async write(worker: CacheProcess, keys: readonly string[], message: Message): Promise<void> {
    const free = keys.filter(key => !this.#setting.has(key))
    if (free.length === 0) return
    const pairs = this.oracle.change(free)
    const sets = message.call === 'set' || message.call === 'mset'
    if (sets) for (const key of free) this.#setting.add(key)
    const options = {
      ...(message.options as object),
      ...(message.versioned ? { version: pairs[0]?.[1] } : {}),
    }
    await this.#invalidate({ worker, pairs }, { keys: free, pairs, ...message, options })
    if (sets) for (const key of free) this.#setting.delete(key)
  }

  async kill(worker: CacheProcess): Promise<void> {
    const lost = this.#writesOf(worker)
    await worker.kill()
    await this.#repeat(lost)
  }

  /** Resolves when others have told what it was about to tell. */
  stop(worker: CacheProcess): Promise<void> {
    worker.stop()
    return this.#repeat(this.#writesOf(worker))
  }

  async restart(worker: CacheProcess): Promise<void> {
    const fresh = this.#start()
    this.workers[this.workers.indexOf(worker)] = fresh
    await fresh.ready
  }

  facts(worker: CacheProcess): Promise<Facts> {
    return worker.call<Facts>({ call: 'facts' })
  }

  /** Resolves after so many more calls. */
  calls(more: number): Promise<void> {
    const target = this.count.ended + more
    return this.reached(() => this.count.ended, target)
  }

  reached(counted: () => number, target: number): Promise<void> {
    return eventually(() => {
      if (counted() < target) throw new Error(`The load stands at ${counted()}, below ${target}`)
    })
  }

  /** Resolves when every process reaches every partition. */
  async connected(): Promise<void> {
    const reaches = async (worker: CacheProcess) => {
      const { remote } = await worker.call<{ remote: string }>({ call: 'delete', keys: probes })
      if (remote !== 'done') throw new Error('A process does not reach every partition')
    }
    await Promise.all(this.workers.map(worker => eventually(() => reaches(worker))))
  }

  /**
   * Once every process reaches every partition, each gets the time of two heartbeats; then no tier has anything but
   * what the source has, and memory serves again.
   */
  async settle(): Promise<void> {
    await this.connected()
    const before = await Promise.all(this.workers.map(worker => this.facts(worker)))
    for (const [at, worker] of this.workers.entries())
      await eventually(async () =>
        expect((await this.facts(worker)).beats).toBeGreaterThan((before[at]?.beats ?? 0) + 1),
      )
    const wanted = this.keys.map(key => [key, this.oracle.version(key)])
    for (const worker of this.workers)
      for (const options of [{}, { memory: false }])
        for (const pair of await this.read(worker, 'mget', this.keys, options))
          expect(wanted).toContainEqual(pair)
    for (const worker of this.workers) {
      expect(await this.read(worker, 'getOrSetMany', this.keys)).toEqual(wanted)
      await eventually(async () => {
        const { memoryHits } = await this.facts(worker)
        await this.read(worker, 'mget', this.keys)
        expect((await this.facts(worker)).memoryHits).toBeGreaterThanOrEqual(memoryHits + 16)
      })
    }
    expect(this.oracle.violations).toEqual([])
    expect(this.stale).toEqual([])
  }

  async #invalidate(write: Write, message: Message): Promise<void> {
    const { worker, pairs } = write
    this.#underWay.add(write)
    try {
      const { remote, acknowledged } = await worker.call<{ remote: string; acknowledged: boolean }>(message)
      this.oracle.invalidated(worker, pairs, remote === 'done')
      if (remote !== 'done') this.count.journaled++
      const asked = (message.options as { acknowledged?: boolean } | undefined)?.acknowledged ?? false
      if (asked !== acknowledged)
        throw new Error(`${message.call} was asked: ${asked}, and said: ${acknowledged}`)
      if (!acknowledged) return
      this.count.acknowledged++
      this.oracle.acknowledged(pairs)
    } catch (error) {
      if (error instanceof Gone) return
      if ((error as { code?: string }).code !== 'CACHE_REMOTE_UNAVAILABLE') throw error
      this.count.journaled++
      this.oracle.invalidated(worker, pairs, false)
    } finally {
      this.#underWay.delete(write)
      this.count.ended++
    }
  }

  /** An application whose process was lost in mid-write tells another one, as the database's outbox would. */
  async #repeat(lost: readonly Write[]): Promise<void> {
    for (const { pairs } of lost) {
      const worker = this.live()[0] as CacheProcess
      const keys = pairs.map(([key]) => key)
      await this.#invalidate({ worker, pairs }, { call: 'delete', keys, options: { acknowledged: true } })
    }
  }

  #writesOf(worker: CacheProcess): Write[] {
    return [...this.#underWay].filter(write => write.worker === worker)
  }

  #start(): CacheProcess {
    return new CacheProcess(this.#options, {
      source: keys => (this.answer ? this.answer(keys) : this.versions(keys)),
      stale: namespace => void this.stale.push(namespace),
      begun: () => this.begun(),
    })
  }
}
