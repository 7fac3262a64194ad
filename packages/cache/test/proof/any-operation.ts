import type { LoadOptions } from '#src/cache'
import type { Node } from './node.js'
import type { Operations } from './operations.js'
import type { Prng } from './prng.js'
import type { Profile } from './profile.js'

const patterns = ['u:*', '?:1', '*']

export function anyRead(operations: Operations, node: Node, { keys, reads }: Profile, random: Prng): void {
  const key = random.pick(keys)
  const kind = random.pick(reads)
  if (kind === 'get') operations.get(node, key)
  else if (kind === 'mget') operations.mget(node, keys)
  else if (kind === 'getOrSetMany') {
    const order = random.chance(0.5) ? keys : keys.toReversed()
    operations.getOrSetMany(
      node,
      order.filter(each => each !== 'u:2'),
      random.chance(0.1),
    )
  } else {
    const options: LoadOptions = {
      ...(kind === 'refresh' && { refreshAhead: 0.01 }),
      ...(kind === 'stale' && { staleIfError: 60, ttl: 0.3 }),
      ...(kind === 'soft' && { staleIfError: 60, softTimeoutMs: 5, ttl: 0.05 }),
      ...(kind === 'alone' && { remote: false }),
      ...(random.chance(0.05) && { memory: false }),
    }
    const fails = random.chance(kind === 'stale' ? 0.5 : 0.1)
    operations.getOrSet(node, key, options, { fails, lateTags: random.chance(0.5) })
  }
}

export function anyWrite(operations: Operations, node: Node, profile: Profile, random: Prng): void {
  const { keys, writes } = profile
  const key = random.pick(keys)
  const acknowledged = random.chance(profile.acknowledged)
  switch (random.pick(writes)) {
    case 'delete':
      return void operations.delete(node, key, acknowledged)
    case 'deleteMany':
      return void operations.delete(node, [...keys], acknowledged)
    case 'set':
      return void operations.set(node, key, { acknowledged, versioned: random.chance(0.4) })
    case 'setAlone':
      return void operations.set(node, key, { acknowledged, remote: false })
    case 'mset':
      return void operations.mset(node, ['u:1', 's:1'])
    case 'pattern':
      return void operations.deletePattern(node, random.pick(patterns), acknowledged)
    case 'tags':
      return void operations.invalidateTags(node, random.chance(0.3) ? ['t1', 't2'] : ['t1'], acknowledged)
    case 'clear':
      return void operations.clear(node, key.slice(0, 1), acknowledged)
  }
}
