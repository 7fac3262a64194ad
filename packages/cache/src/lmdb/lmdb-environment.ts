import { randomBytes } from 'node:crypto'
import { mkdirSync, realpathSync } from 'node:fs'
import { type Clock, lockFolder } from '@voiceassist/kernel'
import { CacheError } from '../cache-error.js'
import { publish } from '../cache-events.js'
import type { PartitionRecords } from '../remote/partition-records.js'
import { ScriptedServer } from '../remote/scripted-server.js'
import { leaveCleanState, takeCleanState } from './clean-state.js'
import { LmdbValues } from './lmdb-values.js'

const sweepEveryMs = 1000

/** By real path: the caches of this process that name one folder share it. */
const environments = new Map<string, LmdbEnvironment>()

/** One folder of values, taken by this process, and the servers of the prefixes in it. */
export class LmdbEnvironment {
  readonly values: LmdbValues
  readonly #folder: string
  readonly #clock: Clock
  readonly #run: string
  readonly #restored: ReadonlyMap<string, PartitionRecords>
  readonly #servers = new Map<string, ScriptedServer>()
  readonly #closing = new AbortController()
  readonly #release: () => void
  #users = 0

  /**
   * The environment of a folder, made if need be; each call is answered by one of `leave`.
   * @throws CacheError CACHE_REMOTE_UNSUITABLE: another process has the folder, or it cannot be written.
   */
  static enter(path: string, maxBytes: number, clock: Clock): LmdbEnvironment {
    const folder = madeFolder(path)
    const environment = environments.get(folder) ?? new LmdbEnvironment(folder, maxBytes, clock)
    if (environment.#closing.signal.aborted)
      throw unsuitable(`The cache's folder ${folder} is just being closed; await that first`)
    environments.set(folder, environment)
    environment.#users++
    return environment
  }

  private constructor(folder: string, maxBytes: number, clock: Clock) {
    const lock = lockFolder(folder)
    if (lock.heldBy) {
      const { pid, machine, file } = lock.heldBy
      const gone = machine ? `; if that process is gone, delete ${file}` : ''
      throw unsuitable(
        `The cache's folder ${folder} is in use by process ${pid}${machine ? ` of machine ${machine}` : ''}; use another folder, or Redis${gone}`,
      )
    }
    this.#folder = folder
    this.#clock = clock
    this.#release = lock.release
    try {
      const { state, reason } = takeCleanState(folder)
      this.values = new LmdbValues({
        path: folder,
        maxBytes,
        isOld: (prefix, gen) => this.#isOld(prefix, gen),
      })
      if (reason) publish({ kind: 'afresh', reason })
      this.#run = state?.run ?? newId()
      this.#restored = state?.spaces ?? new Map()
      for (const prefix of this.#restored.keys()) this.server(prefix)
    } catch (cause) {
      lock.release()
      throw unsuitable(`The cache's folder ${folder} cannot be used`, cause)
    }
    void this.#sweep()
  }

  server(prefix: string): ScriptedServer {
    const known = this.#servers.get(prefix)
    if (known) return known
    const server = new ScriptedServer({
      partitions: 1,
      now: () => this.#clock.now(),
      newId,
      run: () => this.#run,
      values: () => this.values.of(prefix),
    })
    server.partition(0).records = this.#restored.get(prefix)
    this.#servers.set(prefix, server)
    return server
  }

  /** The last one closes the folder. */
  async leave(): Promise<void> {
    if (--this.#users > 0) return
    this.#closing.abort()
    try {
      await this.values.close()
      const spaces = new Map<string, PartitionRecords>()
      for (const [prefix, server] of this.#servers) {
        const { records } = server.partition(0)
        if (records) spaces.set(prefix, records)
      }
      leaveCleanState(this.#folder, { run: this.#run, spaces })
    } catch {
      // No room on the disk, say: the next start finds no state, and starts afresh.
    } finally {
      environments.delete(this.#folder)
      this.#release()
    }
  }

  #isOld(prefix: string, gen: string): boolean {
    return this.#servers.get(prefix)?.partition(0).records?.gen !== gen
  }

  async #sweep(): Promise<void> {
    const { signal } = this.#closing
    let more = false
    for (;;) {
      try {
        if (more) await new Promise(resolve => setImmediate(resolve))
        else await this.#clock.sleep(sweepEveryMs, signal)
      } catch {
        return
      }
      if (signal.aborted) return
      try {
        more = this.values.sweep(this.#clock.now())
      } catch {
        more = false // No room to write: tried again at the next turn.
      }
    }
  }
}

function madeFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    return realpathSync(path)
  } catch (cause) {
    throw unsuitable(`The cache's folder ${path} cannot be made`, cause)
  }
}

function newId(): string {
  return randomBytes(12).toString('base64url')
}

function unsuitable(message: string, cause?: unknown): CacheError {
  return new CacheError('CACHE_REMOTE_UNSUITABLE', message, { cause })
}
