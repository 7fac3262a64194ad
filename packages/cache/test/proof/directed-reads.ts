import type { Directed } from './stage.js'

export const directedReads: readonly Directed[] = [
  {
    name: 'a call joins a load whose tags were invalidated before they were known',
    async run({ world, operations, a }) {
      operations.getOrSet(a, 'd:1', {}, { lateTags: true })
      await world.flush(false)
      world.readSource(world.source.loads[0]!)
      operations.invalidateTags(a, ['t1'])
      await world.flush(false)
      operations.getOrSet(a, 'd:1', {}, { lateTags: true })
      await world.settle()
      await world.flush()
    },
  },
  {
    name: 'a process goes on after a stop and is asked before it hears',
    async run({ world, operations, a, b }) {
      operations.getOrSet(b, 'u:1')
      await world.flush(false)
      const load = world.source.loads[0]!
      world.readSource(load)
      b.paused = true
      operations.delete(a, 'u:1', true)
      await world.tick(5000, () => false)
      b.paused = false
      operations.getOrSet(b, 'u:1')
      await world.settle()
      await world.answerLoad(load)
      await world.tick(300, true)
    },
  },
  {
    name: 'a plain read without trust finds what a lost message made void',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(a, 'd:1')
      await world.flush()
      b.paused = true
      operations.invalidateTags(a, ['t1'])
      await stage.flush(a)
      b.bus = []
      await stage.pass(2100)
      b.paused = false
      stage.hold(b, 'renewRow')
      operations.get(b, 'd:1')
      await stage.pass(150)
    },
  },
  {
    name: 'a load in memory alone is under way while messages are lost',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(b, 'm:1')
      await stage.flush()
      const load = world.source.loads[0]!
      world.readSource(load)
      operations.delete(a, 'm:1')
      await stage.flush(a)
      b.bus = []
      operations.delete(a, 'u:1')
      await stage.flush()
      await stage.pass(600)
      await world.answerLoad(load)
      await stage.pass(2100)
      operations.getOrSet(b, 'm:1')
      await world.flush()
    },
  },
  {
    name: 'a pattern reaches a load in memory alone',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(b, 'm:1')
      await stage.flush()
      const load = world.source.loads[0]!
      world.readSource(load)
      operations.deletePattern(a, '?:1')
      await stage.flush()
      await world.answerLoad(load)
      await stage.pass(2100)
      operations.getOrSet(b, 'm:1')
      await world.flush()
    },
  },
  {
    name: 'a key that is deleted while a load is under way is asked for anew',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(b, 'u:1')
      await stage.flush()
      world.readSource(world.source.loads[0]!)
      operations.delete(a, 'u:1', true)
      await stage.flush()
      operations.getOrSet(b, 'u:1')
      await world.settle()
      await world.flush()
      await stage.pass(300)
    },
  },
  {
    name: 'a pattern is recorded, and its walk stands still',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(a, 'u:1')
      await world.flush()
      stage.hold(a, 'scan')
      operations.deletePattern(a, 'u:*')
      await stage.flush()
      await stage.pass(2100)
      operations.get(b, 'u:1')
      await stage.pass(50)
    },
  },
  {
    name: 'a key is deleted while many are read',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(a, 'u:1')
      await world.flush()
      operations.mget(b, ['u:1', 'u:2'])
      await world.settle()
      await world.run(stage.call('getMany', b))
      stage.hold(b, 'getMany')
      operations.delete(a, 'u:1', true)
      await stage.flush()
      await world.answer(stage.call('getMany', b))
      operations.get(b, 'u:1')
      await world.flush()
    },
  },
  {
    name: 'messages are lost while many are read',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(a, 'u:1')
      await world.flush()
      operations.mget(b, ['u:1', 'u:2'])
      await world.settle()
      await world.run(stage.call('getMany', b))
      stage.hold(b, 'getMany')
      operations.delete(a, 'u:1')
      await stage.flush(a)
      b.bus = []
      for (const key of ['u:2', 'u:3', 'd:1', 'd:2', 'm:1']) operations.delete(a, key)
      await stage.flush()
      await world.answer(stage.call('getMany', b))
      operations.get(b, 'u:1')
      await world.flush()
      await stage.pass(2100)
      operations.get(b, 'u:1')
      await world.flush()
    },
  },
]
