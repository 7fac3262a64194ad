import type { Directed } from './stage.js'

export const directedClock: readonly Directed[] = [
  {
    name: 'the answer to a heartbeat lies in the buffer of a stopped process',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(b, 'u:1')
      await world.flush()
      stage.hold(b)
      while (!world.calls.some(({ node, operation }) => node === b && operation.name === 'renewRow'))
        await stage.pass(10)
      await world.run(stage.call('renewRow', b))
      await world.answer(stage.call('renewRow', b))
      const positions = stage.call('positions', b)
      await world.run(positions)
      b.paused = true
      stage.release()
      operations.delete(a, 'u:1', true)
      await stage.flush(a)
      b.bus = []
      await stage.pass(2200)
      b.paused = false
      await world.answer(positions)
      operations.getOrSet(b, 'u:1')
      await world.settle()
    },
  },
  {
    name: 'an instance comes back whose row was removed',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(b, 'u:1')
      await world.flush()
      b.paused = true
      operations.delete(a, 's:1', true)
      await stage.pass(2200)
      b.paused = false
      stage.hold(b)
      while (b.bus.length > 0) await world.arrive(b)
      await stage.pass(1)
      for (const call of world.calls.filter(
        ({ node, operation }) => node === b && operation.name === 'positions',
      ))
        await world.run(call)
      operations.delete(a, 'u:1', true)
      await world.settle()
      for (const node of [a, stage.c, a, stage.c, a]) await stage.flush(node)
      b.bus = []
      stage.release()
      await stage.flush(b)
      operations.getOrSet(b, 'u:1')
      await world.settle()
    },
  },
  {
    name: 'a machine is suspended, and others go on',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(b, 'u:1')
      await world.flush()
      b.paused = true
      operations.delete(a, 'u:1', true)
      await stage.pass(5000)
      b.bus = []
      b.paused = false
      b.clock.suspendedMs += 5000
      stage.hold(b)
      await stage.pass(1)
      operations.getOrSet(b, 'u:1')
      await world.settle()
    },
  },
  {
    name: 'a message overtakes the positions',
    async run(stage) {
      const { world, operations, a, b } = stage
      stage.hold(b)
      while (!world.calls.some(({ node, operation }) => node === b && operation.name === 'renewRow'))
        await stage.pass(10)
      await world.run(stage.call('renewRow', b))
      await world.answer(stage.call('renewRow', b))
      const positions = stage.call('positions', b)
      await world.run(positions)
      operations.delete(a, 'u:1')
      await stage.flush()
      await world.answer(positions)
      stage.expect(
        !world.calls.some(({ operation }) => operation.name === 'newGen'),
        'a new gen, for nothing',
      )
    },
  },
  {
    name: 'the positions overtake a message',
    async run(stage) {
      const { world, operations, a, b } = stage
      stage.hold(b)
      while (!world.calls.some(({ node, operation }) => node === b && operation.name === 'renewRow'))
        await stage.pass(10)
      operations.delete(a, 'u:1')
      await stage.flush(a)
      stage.release()
      for (const name of ['renewRow', 'positions']) {
        await world.run(stage.call(name, b))
        await world.answer(stage.call(name, b))
      }
      await world.tick(100)
      await world.arrive(b)
      await world.tick(200)
      stage.expect(
        !world.calls.some(({ node, operation }) => node === b && operation.name === 'readMeta'),
        'records are read anew, for nothing',
      )
    },
  },
]
