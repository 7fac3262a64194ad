import type { Directed } from './stage.js'

export const directedWrites: readonly Directed[] = [
  {
    name: 'a deletion is heard of before the answer to an older set',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.set(a, 'u:1')
      await world.settle()
      await world.run(stage.call('set', a))
      stage.hold(a)
      operations.delete(b, 'u:1')
      await stage.flush()
      stage.release()
      await stage.flush()
      await stage.pass(2100)
      operations.getOrSet(a, 'u:1')
      await world.flush()
    },
  },
  {
    name: 'a process sets before the second tier has answered it',
    async run(stage) {
      const { world, operations, a, c } = stage
      world.crash(c)
      const young = world.nodes[2]!
      operations.set(young, 'u:1')
      operations.delete(a, 'u:1')
      await world.settle()
      await stage.flush(a)
      await stage.flush()
    },
  },
  {
    name: 'two versions are set, the newer first, and its message is on its way',
    async run(stage) {
      const { world, operations, a, b, c } = stage
      operations.getOrSet(c, 'u:1')
      await world.flush()
      operations.set(a, 'u:1', { versioned: true, acknowledged: true })
      operations.set(b, 'u:1', { versioned: true })
      await world.settle()
      await stage.flush(b)
      await stage.flush(a)
      operations.getOrSet(c, 'u:1')
      await stage.pass(2100)
    },
  },
  {
    name: 'a set of an older version follows a deletion',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.set(a, 'u:1', { versioned: true })
      await world.settle()
      await stage.flush()
      operations.delete(b, 'u:1')
      await world.settle()
      await stage.flush()
      void a.cache.set('u:1', { key: 'u:1', v: 2 }, { version: 2 })
      await world.settle()
      await stage.flush()
    },
  },
  {
    name: 'a set in memory alone runs after a newer one elsewhere',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.set(b, 'm:1')
      operations.set(a, 'm:1')
      await world.settle()
      await stage.flush(a)
      await stage.flush()
      await stage.pass(2100)
      operations.getOrSet(b, 'm:1')
      await world.flush()
    },
  },
  {
    name: 'an answer to the walk of a pattern is lost',
    async run(stage) {
      const { world, operations, a } = stage
      const task = operations.deletePattern(a, 'u:*')
      await world.settle()
      stage.hold(a, 'scan')
      await stage.flush()
      world.forget(stage.call('scan', a))
      stage.release()
      await world.tick(5000, true)
      stage.expect(task.done, 'deletePattern waits for ever')
    },
  },
  {
    name: 'a deletion that could not be sent is followed by a load',
    async run(stage) {
      const { world, operations, a } = stage
      operations.getOrSet(a, 'u:1')
      await world.flush()
      stage.hold(a, 'invalidateKeys')
      operations.delete(a, 'u:1')
      await stage.pass(150)
      operations.getOrSet(a, 'u:1')
      await world.tick(50, true)
    },
  },
  {
    name: 'a deletion that could not be sent is followed by a plain read',
    async run(stage) {
      const { world, operations, a } = stage
      operations.getOrSet(a, 'u:1')
      await world.flush()
      stage.hold(a, 'invalidateKeys')
      operations.delete(a, 'u:1')
      await stage.pass(150)
      while (!world.calls.some(({ operation, node }) => node === a && operation.name === 'positions'))
        await world.tick(10, () => false).then(() => stage.hold(a, 'invalidateKeys', 'positions'))
      stage.hold(a, 'invalidateKeys')
      await stage.flush()
      operations.get(a, 'u:1')
      await stage.pass(50)
    },
  },
]
