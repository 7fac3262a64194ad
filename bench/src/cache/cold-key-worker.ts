import { type SharedName, sharedCaches } from './shared-peers.js'

/** One of several processes that ask for the same key at once: `argv` is the library and the URL of Redis. */
const [name, url] = process.argv.slice(2) as [SharedName, string]
const cache = await sharedCaches[name](url)

process.on('message', async ({ key, calls }: { key: string; calls: number }) => {
  let loads = 0
  const load = async () => {
    loads++
    await new Promise(resolve => setTimeout(resolve, 50))
    return 'value'
  }
  await Promise.all(Array.from({ length: calls }, () => cache.getOrSet(key, load)))
  process.send?.(loads)
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
