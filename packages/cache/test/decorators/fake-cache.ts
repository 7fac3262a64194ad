import type {
  Cache,
  InvalidateOptions,
  InvalidateResult,
  Loader,
  LoadOptions,
  SetOptions,
  SetResult,
} from '#src/cache'

interface Kept {
  readonly value: unknown
  readonly tags: readonly string[]
  readonly options: LoadOptions & SetOptions
}

/** A cache in one map, of those methods that decorators call; `log` has what they asked for. */
export class FakeCache implements Partial<Cache> {
  readonly kept = new Map<string, Kept>()
  readonly log: string[] = []
  readonly #flights = new Map<string, { readonly load: Promise<unknown>; isVoid: boolean }>()

  asCache(): Cache {
    return this as unknown as Cache
  }

  async getOrSet<Value>(key: string, loader: Loader<Value>, options: LoadOptions = {}): Promise<Value> {
    const found = this.kept.get(key)
    if (found) return found.value as Value
    const joined = this.#flights.get(key)
    if (joined && !joined.isVoid) return joined.load as Promise<Value>
    let tags = options.tags ?? []
    const context = {
      signal: new AbortController().signal,
      stale: undefined,
      setTtl: () => {},
      setTags: (given: readonly string[]) => {
        tags = given
      },
      skip: () => {},
    }
    const flight = { load: Promise.resolve().then(() => loader(context)), isVoid: false }
    this.#flights.set(key, flight)
    try {
      const value = await flight.load
      if (value !== undefined && !flight.isVoid) this.kept.set(key, { value, tags, options })
      return value
    } finally {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    }
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    return this.kept.get(key)?.value as Value | undefined
  }

  async set<Value>(key: string, value: Value, options: SetOptions = {}): Promise<SetResult> {
    this.log.push(`set ${JSON.stringify(options)}`)
    const before = this.kept.get(key)?.options.version
    const isLower = before !== undefined && options.version !== undefined && options.version <= before
    if (!isLower) this.kept.set(key, { value, tags: options.tags ?? [], options })
    return { ...this.#void(() => false), stored: !isLower }
  }

  async delete(key: string | readonly string[], options?: InvalidateOptions): Promise<InvalidateResult> {
    this.log.push(`delete ${JSON.stringify(options)}`)
    const keys = [key].flat()
    return this.#void(held => keys.includes(held))
  }

  async invalidateTags(tags: readonly string[], options?: InvalidateOptions): Promise<InvalidateResult> {
    this.log.push(`invalidateTags ${tags} ${JSON.stringify(options)}`)
    return this.#void((_, kept) => kept?.tags.some(tag => tags.includes(tag)) ?? false)
  }

  async clear(namespace: string | readonly string[], options?: InvalidateOptions): Promise<InvalidateResult> {
    this.log.push(`clear ${namespace} ${JSON.stringify(options)}`)
    const namespaces = [namespace].flat()
    return this.#void(key => namespaces.includes(key.split(':')[0] as string))
  }

  #void(isMeant: (key: string, kept?: Kept) => boolean): InvalidateResult {
    for (const [key, kept] of this.kept) if (isMeant(key, kept)) this.kept.delete(key)
    for (const [key, flight] of this.#flights) if (isMeant(key)) flight.isVoid = true
    return { memory: true, remote: 'none', acknowledged: false }
  }
}
