import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Bench, Figure } from '../figure.js'
import { spreadOf } from '../side-by-side.js'

const worker = fileURLToPath(new URL('../memory-size-worker.js', import.meta.url))
const ways = ['cache', 'lru-cache'] as const
const kinds = ['object', 'text'] as const

/** What an entry takes, key and value included, in a process of its own; lru-cache with TTL and a limit of size. */
export async function memorySize({ quick }: Bench): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const kind of kinds) {
    const bytes = { cache: [] as number[], 'lru-cache': [] as number[] }
    for (let round = 0; round < (quick ? 1 : 3); round++)
      for (const way of ways) bytes[way].push(await bytesOfEntry(way, kind, quick ? 50_000 : 200_000))
    const own = spreadOf(bytes.cache).median
    const lru = spreadOf(bytes['lru-cache']).median
    figures.push(
      { name: `an entry, ${kind}`, value: own, unit: 'bytes' },
      { name: `an entry, ${kind}`, value: own / lru, unit: 'of lru-cache', goal: { atMost: 1.2 } },
    )
  }
  return figures
}

async function bytesOfEntry(way: string, kind: string, entries: number): Promise<number> {
  const child = fork(worker, [way, String(entries), kind], { execArgv: ['--expose-gc'] })
  const [bytes] = (await once(child, 'message')) as [number]
  return bytes
}
