import type { Directed } from './stage.js'

export const directedServer: readonly Directed[] = [
  {
    name: 'so many tags are invalidated that records go',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(a, 'd:1')
      await world.flush()
      operations.invalidateTags(a, ['t1'])
      await stage.flush()
      for (let at = 0; at < 4200; at += 60) {
        void a.cache.invalidateTags(Array.from({ length: 60 }, (_, tag) => `other${at + tag}`))
        await world.settle()
        await stage.flush()
      }
      world.crash(b)
      await stage.pass(2100)
      operations.getOrSet(world.nodes[1]!, 'd:1')
      await world.settle()
      await world.flush()
    },
  },
  {
    name: 'the server comes back as an older copy',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(a, 'u:1')
      await world.flush()
      const values = world.server.snapshot()
      operations.delete(a, 'u:1')
      await stage.flush()
      await stage.pass(2100)
      world.server.restart({ values })
      await world.settle()
      stage.hold(b, 'readMeta', 'positions', 'renewRow')
      operations.getOrSet(b, 'u:1')
      await world.settle()
      await world.flush()
    },
  },
  {
    name: 'an older copy is there, and newer invalidations hide that',
    async run(stage) {
      const { world, operations, a, b, c } = stage
      operations.getOrSet(a, 'u:1')
      await world.flush()
      const values = world.server.snapshot()
      operations.delete(a, 'u:1')
      await stage.flush()
      world.server.restart({ values })
      await world.settle()
      for (const key of ['d:1', 'u:2', 's:1']) operations.delete(b, key)
      await world.settle()
      await stage.flush()
      await stage.pass(3000)
      operations.getOrSet(c, 'u:1')
      await world.flush()
    },
  },
  {
    name: 'an own invalidation is answered while records are read',
    async run(stage) {
      const { world, operations, a, b } = stage
      stage.hold(b)
      world.server.evict('meta')
      operations.getOrSet(a, 'd:1')
      await world.settle()
      await world.flush(true, node => node === a)
      b.bus = []
      world.held = ({ node, operation, state }) =>
        node === b && operation.name === 'readMeta' && state === 'ran'
      while (!world.calls.some(({ operation, node }) => node === b && operation.name === 'readMeta')) {
        b.bus = []
        await stage.pass(10)
      }
      operations.invalidateTags(b, ['t1'])
      await world.settle()
      const own = stage.call('invalidateScope', b)
      await world.run(own)
      b.bus = []
      await world.answer(own)
      stage.release()
      await world.answer(stage.call('readMeta', b))
      operations.get(b, 'd:1')
      await world.settle()
      while (world.calls.some(({ operation, node }) => node === b && operation.name === 'get')) {
        const call = stage.call('get', b)
        await (call.state === 'sent' ? world.run(call) : world.answer(call))
      }
    },
  },
  {
    name: 'the registry is lost, and an instance is not in the new one yet',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(b, 'u:1')
      await world.flush()
      world.server.evict('registry')
      stage.hold(b)
      await stage.pass(510)
      operations.delete(a, 'u:1', true)
      await world.settle()
      await stage.flush(a)
      await stage.flush(stage.c)
      await stage.flush(a)
      operations.getOrSet(b, 'u:1')
      await world.settle()
    },
  },
  {
    name: 'a message is lost, and the next one arrives',
    async run(stage) {
      const { world, operations, a, b } = stage
      operations.getOrSet(b, 'u:1')
      await world.flush()
      operations.delete(a, 'u:1')
      await stage.flush(a)
      b.bus = []
      operations.delete(a, 's:1')
      await stage.flush()
      await stage.pass(2100)
      operations.getOrSet(b, 'u:1')
      await world.settle()
      await world.flush()
    },
  },
]
