import { CacheError } from '../cache-error.js'

/** The end of `end`, unless the caller gives up before. @throws CacheError CACHE_ABORTED. */
export async function unlessAborted<Value>(
  end: Promise<Value>,
  signal: AbortSignal,
  key?: string,
): Promise<Value> {
  end.catch(() => {}) // the caller may have left
  throwIfAborted(signal, key)
  const left = new AbortController()
  try {
    return await Promise.race([end, aborted(signal, left.signal, key)])
  } finally {
    left.abort(null)
  }
}

/** @throws CacheError CACHE_ABORTED. */
export function throwIfAborted(signal: AbortSignal | undefined, key?: string): void {
  if (signal?.aborted) throw gaveUp(signal, key)
}

/** Rejects when the caller gives up; listens until `left`. */
export function aborted(signal: AbortSignal, left: AbortSignal, key?: string): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(gaveUp(signal, key)), { once: true, signal: left })
  })
}

function gaveUp(signal: AbortSignal, key: string | undefined): CacheError {
  return new CacheError('CACHE_ABORTED', 'The caller gave up', {
    ...(key !== undefined && { key }),
    cause: signal.reason,
  })
}
