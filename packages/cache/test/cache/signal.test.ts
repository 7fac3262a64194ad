import { expect, test } from 'vitest'
import { aCluster } from './setups.js'

test.each(['get', 'mget'] as const)('%s ends by its signal while the second tier is slow', async method => {
  const cluster = aCluster()
  const a = await cluster.open('a')
  const read = (signal: AbortSignal) =>
    method === 'get' ? a.get('user:1', { signal }) : a.mget(['user:1'], { signal })
  const held = cluster.hold('a', method === 'get' ? 'get' : 'getMany')
  const caller = new AbortController()
  const reading = read(caller.signal)
  await held.reached
  caller.abort()
  await expect(reading).rejects.toMatchObject({ code: 'CACHE_ABORTED' })
  held.lose()
  await cluster.settle()
  await expect(read(AbortSignal.abort())).rejects.toMatchObject({ code: 'CACHE_ABORTED' })
  expect(await a.get('user:1', { signal: new AbortController().signal })).toBeUndefined()
})
