import type { Cache } from '#src/cache'
import { createCache } from '#src/create-cache'

export interface RecordedCache {
  readonly cache: Cache
  /** Names and arguments of the methods that were called, functions left out. */
  readonly calls: (readonly unknown[])[]
}

/** A cache in this process's memory, and what is asked of it. */
export function recordedCache(): RecordedCache {
  const calls: (readonly unknown[])[] = []
  const cache = new Proxy(createCache(), {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return (...args: unknown[]) => {
        calls.push([name, ...args.filter(arg => typeof arg !== 'function')])
        return Reflect.apply(method, target, args)
      }
    },
  })
  return { cache, calls }
}
