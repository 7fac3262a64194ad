import { seededRandom } from '@voiceassist/testkit'
import type { World } from './world.js'

const clients = 8

/** Calls of all kinds, chosen by the seed, until `end`; each client begins the next when its last one ended. */
export function startLoad(world: World, seed: number): { end(): Promise<void> } {
  const random = seededRandom(seed)
  let ended = false
  const below = (count: number) => Math.floor(random() * count)
  const pick = <Item>(items: readonly Item[]) => items[below(items.length)] as Item

  const step = async () => {
    const worker = pick(world.live())
    const options = { acknowledged: random() < 0.2 }
    const key = pick(world.keys)
    const several = Array.from({ length: 5 }, () => pick(world.keys))
    const chance = random()
    if (chance < 0.45) return void (await world.read(worker, 'getOrSet', [key]))
    if (chance < 0.53) return void (await world.read(worker, 'get', [key]))
    if (chance < 0.58) return void (await world.read(worker, 'get', [key], { memory: false }))
    if (chance < 0.64) return void (await world.read(worker, 'mget', several))
    if (chance < 0.7) return void (await world.read(worker, 'getOrSetMany', several))
    if (chance < 0.8) return world.write(worker, [key], { call: 'delete', options })
    if (chance < 0.84) return world.write(worker, several, { call: 'delete', options })
    if (chance < 0.88) return world.write(worker, [key], { call: 'set', options })
    if (chance < 0.91) return world.write(worker, [key], { call: 'set', options, versioned: true })
    const digit = below(10)
    const tagged = world.keys.filter(each => each.endsWith(`${digit}`))
    if (chance < 0.94) return world.write(worker, tagged, { call: 'mset', options })
    if (chance < 0.97)
      return world.write(worker, tagged, { call: 'invalidateTags', tags: [`t${digit}`], options })
    const namespace = pick(['a', 'b'])
    if (chance < 0.99)
      return world.write(
        worker,
        world.keys.filter(each => each.startsWith(`${namespace}:1`)),
        {
          call: 'deletePattern',
          pattern: `${namespace}:1*`,
          options,
        },
      )
    return world.write(
      worker,
      world.keys.filter(each => each.startsWith(`${namespace}:`)),
      {
        call: 'clear',
        namespace,
        options,
      },
    )
  }

  // Namespace b may then be answered with what is past its expiry.
  world.answer = keys => (keys[0]?.startsWith('b:') && random() < 0.05 ? undefined : world.versions(keys))

  const client = async () => {
    while (!ended) await step()
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  all.catch(() => {}) // told at the end
  return {
    async end() {
      ended = true
      await all
      world.answer = undefined
    },
  }
}
