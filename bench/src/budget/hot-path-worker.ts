import { orderOf, type Way } from '../cache/side-by-side.js'
import { type HotPathName, hotPaths } from './hot-paths.js'
import type { BesideFloor } from './measure-hot-path.js'

/** Of processor time, and calls: until the compiler has done what it does. */
const warmUpMs = 200
const warmUpCalls = 12_000
/** Long enough for the clock of processor time, and short enough that many are not disturbed. */
const batchMs = 2
/** Few enough that what they allocate fits into the youngest generation. */
const allocatingCalls = 500

const [name, root, mode] = process.argv.slice(2) as [HotPathName, string, 'in turns' | 'beside floor']
const { path, floor, close } = await hotPaths[name](root)
if (mode === 'in turns') await inTurns()
else process.send?.(await besideFloor())
await close()
process.disconnect()

/** A batch whenever the parent says so, until it says that it is the end. */
async function inTurns(): Promise<void> {
  const calls = await warmUp(path)
  await new Promise<void>(resolve => {
    process.on('message', async message => {
      if (message === 'end') resolve()
      else process.send?.(await microsecondsOfACall(path, calls))
    })
    process.send?.('ready')
  })
}

async function besideFloor(): Promise<BesideFloor> {
  const ways = { path, floor }
  const names = ['path', 'floor'] as const
  const calls = { path: await warmUp(path), floor: await warmUp(floor) }
  const least = { path: Number.POSITIVE_INFINITY, floor: Number.POSITIVE_INFINITY }
  for (let batch = 0; batch < 20; batch++)
    for (const of of orderOf(names, batch))
      least[of] = Math.min(least[of], await microsecondsOfACall(ways[of], calls[of]))
  return { microseconds: least.path, floor: least.floor, bytes: await bytesOfACall(path) }
}

async function microsecondsOfACall(way: Way, count: number): Promise<number> {
  const used = process.cpuUsage()
  await way(count)
  const { user, system } = process.cpuUsage(used)
  return (user + system) / count
}

/** Resolves to how many calls make a batch. */
async function warmUp(way: Way): Promise<number> {
  const count = 1000
  let fastest = Number.POSITIVE_INFINITY
  for (let usedMs = 0, made = 0; usedMs < warmUpMs || made < warmUpCalls; made += count) {
    const microseconds = await microsecondsOfACall(way, count)
    usedMs += (microseconds * count) / 1000
    fastest = Math.min(fastest, microseconds)
  }
  return Math.max(10, Math.ceil((batchMs * 1000) / fastest / 10) * 10)
}

/** Without a collection between the two looks at the heap, so that its growth is all that was allocated. */
async function bytesOfACall(way: Way): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    global.gc?.()
    const before = process.memoryUsage().heapUsed
    await way(allocatingCalls)
    fewest = Math.min(fewest, (process.memoryUsage().heapUsed - before) / allocatingCalls)
  }
  return fewest
}
