import type { LoadContext } from '#src/cache'
import { Deferred } from './deferred.js'

/** What is cached: which key's, and how new. */
export interface Version {
  readonly key: string
  readonly v: number
}

/** One call of a loader, for one key or several. */
export interface Load {
  readonly instance: string
  readonly keys: readonly string[]
  readonly context: LoadContext<unknown>
  /** Tags are named by the loader, once it has read. */
  readonly lateTags: boolean
  readonly fails: boolean
  readonly done: Deferred<Map<string, Version>>
  read: Map<string, Version> | undefined
}

/** The database of the simulation: versions by key, and loads that stand where the schedule left them. */
export class Source {
  readonly versions = new Map<string, number>()
  loads: Load[] = []
  /** Loader calls, ended ones included. */
  calls = 0

  of(key: string): number {
    return this.versions.get(key) ?? 1
  }

  commit(key: string): number {
    const version = this.of(key) + 1
    this.versions.set(key, version)
    return version
  }

  load(
    instance: string,
    keys: readonly string[],
    context: LoadContext<unknown>,
    { lateTags = false, fails = false } = {},
  ): Promise<Map<string, Version>> {
    const load: Load = { instance, keys, context, lateTags, fails, done: new Deferred(), read: undefined }
    this.calls++
    this.loads.push(load)
    return load.done.promise
  }

  /** The query runs. */
  read(load: Load): void {
    load.read = new Map(load.keys.map(key => [key, { key, v: this.of(key) }]))
  }

  /** Its result arrives. */
  answer(load: Load): void {
    if (!load.read) this.read(load)
    this.loads = this.loads.filter(other => other !== load)
    if (load.fails) {
      load.done.reject(new Error('the source is away'))
      return
    }
    if (load.lateTags) load.context.setTags(tagsOf(load.keys[0] as string))
    load.done.resolve(load.read as Map<string, Version>)
  }

  /** The process that waits for them is gone. */
  forget(instance: string): void {
    this.loads = this.loads.filter(load => load.instance !== instance)
  }
}

/** Of every key the same at all times; u:2 has none. */
export function tagsOf(key: string): string[] {
  return key === 'u:2' ? [] : [`t${key.slice(-1)}`]
}
