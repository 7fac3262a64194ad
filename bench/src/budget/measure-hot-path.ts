import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { orderOf } from '../cache/side-by-side.js'
import type { HotPathName } from './hot-paths.js'

const worker = fileURLToPath(new URL('hot-path-worker.js', import.meta.url))
// No thread of the compiler or the collector, whose time would count or be waited for as the machine has it to spare.
const alone = ['--single-threaded', '--liftoff-only']
const batches = 60

/** What one call takes, in a process that measures the path's floor too. */
export interface BesideFloor {
  /** Of processor time; the least of many batches. */
  readonly microseconds: number
  readonly floor: number
  /** What a call allocates. */
  readonly bytes: number
}

/** @param root folder of the project whose compiled packages are measured */
export async function measureBesideFloor(name: HotPathName, root: string): Promise<BesideFloor> {
  const child = fork(worker, [name, root, 'beside floor'], {
    execArgv: [...alone, '--expose-gc', '--min-semi-space-size=16'],
  })
  const ended = once(child, 'close')
  const measured = await next<BesideFloor>(child)
  await ended
  return measured
}

/**
 * Microseconds of processor time that a call takes in two builds, each in a fresh process. The processes take turns by batches
 * of some 2 ms, so that what else the machine does meets both alike; of each the least batch counts, since whatever
 * disturbs one makes it longer (Chen and Revels, "Robust benchmarking in noisy environments", 2016, arXiv 1608.04295).
 */
export async function measurePair(
  name: HotPathName,
  roots: readonly [string, string],
): Promise<[number, number]> {
  const processes = roots.map(root => fork(worker, [name, root, 'in turns'], { execArgv: alone }))
  const least = roots.map(() => Number.POSITIVE_INFINITY)
  try {
    for (const child of processes) await next(child)
    for (let batch = 0; batch < batches; batch++)
      for (const at of orderOf([0, 1], batch)) {
        const measured = next<number>(processes[at]!)
        processes[at]!.send('go')
        least[at] = Math.min(least[at]!, await measured)
      }
    return [least[0]!, least[1]!]
  } finally {
    for (const child of processes) if (child.connected) child.send('end')
  }
}

async function next<Message>(child: ChildProcess): Promise<Message> {
  const over = new AbortController()
  try {
    const ended = once(child, 'exit', over).then(([code]) =>
      Promise.reject(new Error(`the process of a hot path ended with ${code}`)),
    )
    return (await Promise.race([once(child, 'message', over), ended]))[0] as Message
  } finally {
    over.abort()
  }
}
