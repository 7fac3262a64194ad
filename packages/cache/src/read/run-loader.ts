import { CacheError } from '../cache-error.js'
import { publish } from '../cache-events.js'
import type { Core } from '../core.js'
import type { EntryPolicy } from '../policy/entry-policy.js'
import type { LoadRun } from './load-context.js'
import type { LoadTally } from './load-tally.js'

/**
 * Runs a loader within its hard time-out, and until the cache closes.
 * @throws CacheError CACHE_LOADER_TIMEOUT, CACHE_CLOSED, or what the loader threw.
 */
export async function runLoader<Value>(
  core: Core,
  tally: LoadTally,
  namespace: string,
  policy: EntryPolicy,
  run: LoadRun,
  load: () => Promise<Value> | Value,
): Promise<Value> {
  const startedMs = core.clock.monotonic()
  let failed = true
  try {
    const value = await bounded(core, policy, run, load)
    failed = false
    return value
  } finally {
    const durationMs = core.clock.monotonic() - startedMs
    tally.loaded(namespace, failed)
    publish({ kind: 'load', namespace, durationMs, failed })
  }
}

function bounded<Value>(
  core: Core,
  { hardTimeoutMs }: EntryPolicy,
  run: LoadRun,
  load: () => Promise<Value> | Value,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = hardTimeoutMs > 0 ? new AbortController() : undefined
    const end = (error: CacheError) => {
      run.giveUp(error)
      reject(error)
    }
    const closed = () => end(new CacheError('CACHE_CLOSED', 'The cache was closed while the loader ran'))
    if (core.closed.aborted) return closed()
    core.closed.addEventListener('abort', closed, { once: true })
    if (timer)
      core.clock.sleep(hardTimeoutMs, timer.signal).then(
        () => end(new CacheError('CACHE_LOADER_TIMEOUT', `The loader took longer than ${hardTimeoutMs} ms`)),
        () => {},
      )
    const settled = () => {
      core.closed.removeEventListener('abort', closed)
      timer?.abort(null)
    }
    Promise.resolve()
      .then(load)
      .then(
        value => {
          settled()
          resolve(value)
        },
        error => {
          settled()
          reject(error)
        },
      )
  })
}
