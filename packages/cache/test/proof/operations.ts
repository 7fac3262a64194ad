import type { LoadOptions } from '#src/cache'
import type { Node } from './node.js'
import { tagsOf, type Version } from './source.js'
import type { World } from './world.js'

export interface Task {
  readonly node: Node
  readonly name: string
  done: boolean
}

/** Calls of the cache as applications make them, each judged when it returns. */
export class Operations {
  tasks: Task[] = []
  /** By key, the newest version whose invalidation some living process has promised to bring about. */
  readonly #promised: { node: Node; key: string; v: number }[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** What the source has, as far as anybody who still lives was told to invalidate what is older. */
  promised(key: string): number {
    let promised = this.#world.oracle.ran(key)
    for (const each of this.#promised)
      if (each.key === key && !each.node.dead) promised = Math.max(promised, each.v)
    return promised
  }

  getOrSet(
    node: Node,
    key: string,
    options: LoadOptions = {},
    { fails = false, lateTags = false } = {},
  ): Task {
    const { source } = this.#world
    return this.#read(node, key, `getOrSet ${JSON.stringify(options)}`, async () => {
      const load = (context: Parameters<typeof source.load>[2]) =>
        source.load(node.id, [key], context, { fails, lateTags }).then(found => found.get(key))
      const early = lateTags ? {} : { tags: tagsOf(key) }
      return [[key, await node.cache.getOrSet(key, load, { ...early, ...options })]]
    })
  }

  get(node: Node, key: string): Task {
    return this.#read(node, key, 'get', async () => {
      const value = await node.cache.get(key)
      return value === undefined ? [] : [[key, value]]
    })
  }

  mget(node: Node, keys: readonly string[]): Task {
    return this.#read(node, keys, 'mget', async () => [...(await node.cache.mget(keys))])
  }

  getOrSetMany(node: Node, keys: readonly string[], fails = false): Task {
    const { source } = this.#world
    return this.#read(node, keys, 'getOrSetMany', async () => [
      ...(await node.cache.getOrSetMany(
        keys,
        (missing, context) => source.load(node.id, missing, context, { fails }),
        { tags: tagsOf('u:1') },
      )),
    ])
  }

  set(node: Node, key: string, { versioned = false, acknowledged = false, remote = true } = {}): Task {
    const v = this.#world.source.commit(key)
    const local = remote && !key.startsWith('m:') ? undefined : localSets(node, key)
    local?.push(v)
    const options = {
      acknowledged,
      tags: tagsOf(key),
      ...(versioned && { version: v }),
      ...(!remote && { remote }),
    }
    return this.#write(node, `set ${key} v${v} ${JSON.stringify(options)}`, [[key, v]], async () => {
      try {
        return await node.cache.set<Version>(key, { key, v }, options)
      } finally {
        if (local) local.splice(local.indexOf(v), 1)
      }
    })
  }

  mset(node: Node, keys: readonly string[]): Task {
    const { source } = this.#world
    const written = keys.map((key): [string, number] => [key, source.commit(key)])
    for (const [key, v] of written) if (key.startsWith('m:')) localSets(node, key).push(v)
    return this.#write(node, `mset ${keys}`, written, async () => {
      const result = await node.cache.mset(
        written.map(([key, v]) => [key, { key, v }] as const),
        { tags: tagsOf(keys[0] as string) },
      )
      for (const [key, v] of written) {
        const local = localSets(node, key)
        if (local.includes(v)) local.splice(local.indexOf(v), 1)
      }
      return result
    })
  }

  delete(node: Node, keys: string | string[], acknowledged = false): Task {
    const written = this.#commit([keys].flat())
    return this.#write(node, `delete ${keys} ${acknowledged}`, written, () =>
      node.cache.delete(keys, { acknowledged }),
    )
  }

  deletePattern(node: Node, pattern: string, acknowledged = false): Task {
    const written = this.#commit(this.#world.oracle.reached('patterns', [pattern]))
    return this.#write(node, `deletePattern ${pattern} ${acknowledged}`, written, () =>
      node.cache.deletePattern(pattern, { acknowledged }),
    )
  }

  invalidateTags(node: Node, tags: readonly string[], acknowledged = false): Task {
    const written = this.#commit(this.#world.oracle.reached('tags', tags))
    return this.#write(node, `invalidateTags ${tags} ${acknowledged}`, written, () =>
      node.cache.invalidateTags(tags, { acknowledged }),
    )
  }

  clear(node: Node, namespace: string, acknowledged = false): Task {
    const written = this.#commit(this.#world.oracle.reached('namespaces', [namespace]))
    return this.#write(node, `clear ${namespace} ${acknowledged}`, written, () =>
      node.cache.clear(namespace, { acknowledged }),
    )
  }

  #commit(keys: readonly string[]): [string, number][] {
    return keys.map(key => [key, this.#world.source.commit(key)])
  }

  #read(
    node: Node,
    asked: string | readonly string[],
    name: string,
    run: () => Promise<readonly (readonly [string, unknown])[]>,
  ): Task {
    const { oracle, time } = this.#world
    const keys = [asked].flat() as string[]
    const due = new Map(keys.map(key => [key, oracle.due(node.id, key, time.nowMs)]))
    return this.#start(node, `${name} ${keys}`, async () => {
      let found: readonly (readonly [string, unknown])[]
      try {
        found = await run()
      } catch (error) {
        if (!/the source is away/.test(String(error))) oracle.violation(`${name} of ${keys} failed: ${error}`)
        return
      }
      for (const [key, value] of found) {
        this.#world.log(
          `${node.id} ${name} ${key} returned v${(value as Version | undefined)?.v}, due v${due.get(key)}`,
        )
        oracle.returned(node.id, key, value, due.get(key) ?? 1, name)
      }
    })
  }

  #write(
    node: Node,
    name: string,
    written: readonly (readonly [string, number])[],
    run: () => Promise<{ readonly acknowledged: boolean }>,
  ): Task {
    const { oracle } = this.#world
    for (const [key, v] of written) this.#promised.push({ node, key, v })
    return this.#start(node, name, async () => {
      let acknowledged = false
      const sets = /^m?set/.test(name) ? 1 : 0
      this.#world.openSets += sets
      try {
        acknowledged = (await run()).acknowledged
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'CACHE_REMOTE_UNAVAILABLE')
          oracle.violation(`${name} failed: ${error}`)
      }
      this.#world.openSets -= sets
      this.#world.log(`${node.id} ${name} returned${acknowledged ? ', acknowledged' : ''}`)
      for (const [key, v] of written) {
        oracle.own(node.id, key, v)
        if (acknowledged) oracle.acknowledged(key, v)
      }
      if (acknowledged) oracle.stats.acknowledged++
    })
  }

  #start(node: Node, name: string, run: () => Promise<void>): Task {
    this.#world.log(`${node.id} ${name} called`)
    const task: Task = { node, name: `${node.id} ${name}`, done: false }
    this.tasks.push(task)
    run().then(
      () => {
        task.done = true
      },
      error => this.#world.oracle.violation(`${name}: ${error}`),
    )
    return task
  }
}

function localSets(node: Node, key: string): number[] {
  let sets = node.localSets.get(key)
  if (!sets) {
    sets = []
    node.localSets.set(key, sets)
  }
  return sets
}
