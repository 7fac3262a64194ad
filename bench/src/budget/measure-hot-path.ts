import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { HotPathName } from './hot-paths.js'

const worker = fileURLToPath(new URL('hot-path-worker.js', import.meta.url))

/** What a process has measured of one call. */
export interface HotPathCost {
  /** Of processor time; the least of many batches. */
  readonly microseconds: number
  /** The same of the path's floor. */
  readonly floor: number | undefined
  /** What one call allocates. */
  readonly bytes: number | undefined
}

/**
 * A hot path in a fresh process: its time alone, or its floor and what it allocates too.
 * @param root folder of the project whose compiled packages are measured
 */
export async function measureHotPath(
  name: HotPathName,
  root: string,
  options: { readonly alone: boolean },
): Promise<HotPathCost> {
  const child = fork(worker, [name, root, ...(options.alone ? ['alone'] : [])], {
    execArgv: [
      '--single-threaded',
      '--liftoff-only',
      ...(options.alone ? [] : ['--expose-gc', '--min-semi-space-size=16']),
    ],
    serialization: 'advanced',
  })
  const ended = once(child, 'close')
  const [cost] = (await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => Promise.reject(new Error(`the process of ${name} ended with ${code}`))),
  ])) as [HotPathCost]
  await ended
  return cost
}
