import type { Cache } from '@voiceassist/cache'

/** Until values are kept in memory: the first heartbeat was answered. */
export async function trusted(cache: Cache): Promise<void> {
  for (let at = 0; at < 500; at++) {
    const key = `ready:${at}`
    await cache.set(key, 1)
    if ((await cache.inspect(key)).memory && (await cache.inspect(key)).remote) return
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  throw new Error('the second tier did not become ready')
}
