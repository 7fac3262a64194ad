import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Bench, besidePeers, type Figure } from '../figure.js'
import { type SharedName, sharedCaches } from '../shared-peers.js'

const processes = 4
const callsEach = 250
const worker = fileURLToPath(new URL('../cold-key-worker.js', import.meta.url))

/** A key that nobody has, asked for 1,000 times at once in four processes: how often it is loaded. */
export async function coldKey({ quick, redis }: Bench): Promise<Figure[]> {
  const url = await redis()
  const figures: Figure[] = []
  for (const name of Object.keys(sharedCaches) as SharedName[]) {
    const loads = await loadsOfKeys(name, url, quick ? 3 : 20)
    const value =
      name === '@voiceassist/cache' ? Math.max(...loads) : loads.reduce((a, b) => a + b) / loads.length
    const goal = name === '@voiceassist/cache' ? { goal: { atLeast: 1, atMost: 1 } } : {}
    const kind = name === '@voiceassist/cache' ? 'at most' : 'on average'
    figures.push({ name, value, unit: `loads of a key, ${kind}, ${loads.length} keys`, ...goal })
  }
  return besidePeers(figures)
}

async function loadsOfKeys(name: SharedName, url: string, keys: number): Promise<number[]> {
  const children = Array.from({ length: processes }, () => fork(worker, [name, url]))
  try {
    await Promise.all(children.map(child => next(child)))
    const loads: number[] = []
    for (let at = 0; at < keys; at++) {
      const counts = children.map(child => next(child))
      for (const child of children) child.send({ key: `cold:${name}:${process.pid}:${at}`, calls: callsEach })
      loads.push((await Promise.all(counts)).reduce<number>((sum, count) => sum + Number(count), 0))
    }
    return loads
  } finally {
    for (const child of children) child.disconnect()
  }
}

async function next(child: ChildProcess): Promise<unknown> {
  const end = new AbortController()
  try {
    const ended = once(child, 'exit', { signal: end.signal }).then(() => {
      throw new Error('a process of the bench ended early')
    })
    const [message] = (await Promise.race([once(child, 'message', { signal: end.signal }), ended])) as [
      unknown,
    ]
    return message
  } finally {
    end.abort()
  }
}
