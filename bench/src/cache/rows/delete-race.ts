import { gate } from '@voiceassist/testkit'
import { type Bench, besidePeers, type Figure } from '../figure.js'
import { type SharedCache, type SharedName, sharedCaches } from '../shared-peers.js'

/** A bus message has arrived by then. */
const settleMs = 20
const width = 25

/** One instance loads, the source changes, the other deletes the key, the load ends: who still serves the old value? */
export async function deleteRace({ quick, redis }: Bench): Promise<Figure[]> {
  const url = await redis()
  const figures: Figure[] = []
  for (const name of Object.keys(sharedCaches) as SharedName[]) {
    const own = name === '@voiceassist/cache'
    const trials = own && !quick ? 1000 : 50
    const stale = await staleTrials(name, url, trials)
    figures.push({ name, value: stale, unit: `of ${trials} stale`, ...(own && { goal: { atMost: 0 } }) })
  }
  return besidePeers(figures)
}

async function staleTrials(name: SharedName, url: string, trials: number): Promise<number> {
  const filler = await sharedCaches[name](url)
  const deleter = await sharedCaches[name](url)
  let stale = 0
  for (let from = 0; from < trials; from += width) {
    const count = Math.min(width, trials - from)
    const ends = Array.from({ length: count }, (_, at) =>
      isStale(filler, deleter, `race:${name}:${process.pid}:${from + at}`),
    )
    stale += (await Promise.all(ends)).filter(Boolean).length
  }
  await filler.close()
  await deleter.close()
  return stale
}

async function isStale(filler: SharedCache, deleter: SharedCache, key: string): Promise<boolean> {
  let source = 'old'
  const read = gate()
  const open = gate()
  const filling = filler.getOrSet(key, async () => {
    const value = source
    read.open()
    await open.opened
    return value
  })
  await read.opened
  source = 'new'
  await deleter.delete(key)
  open.open()
  await filling
  await new Promise(resolve => setTimeout(resolve, settleMs))
  const load = async () => source
  const found = [await filler.getOrSet(key, load), await deleter.getOrSet(key, load)]
  return found.includes('old')
}
