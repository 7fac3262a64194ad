import { orderOf, type Way } from '../cache/side-by-side.js'
import { type HotPathName, hotPaths } from './hot-paths.js'
import type { HotPathCost } from './measure-hot-path.js'

/** Of processor time, and calls: until the compiler has done what it does. */
const warmUpMs = 200
const warmUpCalls = 12_000
/** Long enough for the clock of processor time, and short enough that many are not disturbed. */
const batchMs = 2
/** Few enough that what they allocate fits into the youngest generation. */
const allocatingCalls = 500

const [name, root, alone] = process.argv.slice(2) as [HotPathName, string, string?]
/** Those that stand beside a floor have wide limits. */
const batches = alone ? 60 : 20
const opened = await hotPaths[name](root)
const ways: Readonly<Record<string, Way>> = {
  path: opened.path,
  ...(alone === undefined && { floor: opened.floor }),
}
const least: Record<string, number> = {}
const calls: Record<string, number> = {}
for (const [of, way] of Object.entries(ways)) {
  calls[of] = await warmUp(way)
  least[of] = Number.POSITIVE_INFINITY
}
// The least of the batches: whatever disturbs one makes it longer (Chen and Revels, "Robust benchmarking in noisy
// environments", 2016, arXiv 1608.04295).
for (let batch = 0; batch < batches; batch++)
  for (const of of orderOf(Object.keys(ways), batch))
    least[of] = Math.min(least[of]!, await microsecondsOfACall(ways[of]!, calls[of]!))
const bytes = global.gc && (await bytesOfACall(ways.path!))
process.send?.({ microseconds: least.path!, floor: least.floor, bytes } satisfies HotPathCost)
await opened.close()
process.disconnect()

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
